'use client';

import { clsx } from 'clsx/lite';
import { Check, GripVertical, Pencil } from 'lucide';
import { lazy, memo, useLayoutEffect } from 'react';
import { createPortal } from 'react-dom';
import { useCarried, usePlace } from '@/components/tasks/drag/use-drag';
import { Icon } from '@/components/ui/icon';
import { LaterMenu } from '@/components/ui/later-menu';
import type { Task } from '@/lib/api';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { viewsMessages } from '@/lib/messages/views';
import { toggleSelected } from '@/lib/tasks/selection';

const loadMenu = () => import('@/components/tasks/task-menu');
const TaskMenu = lazy(loadMenu);
const menuClass = 'size-6! sm:opacity-0 pointer-coarse:size-10! pointer-coarse:opacity-100 pointed:opacity-100 aria-expanded:opacity-100';

type Props = {
  /** Of the row. */
  element: HTMLElement;
  task: Task;
  /** Whether something can be put into this row's place. */
  isPlace: boolean;
  isSelected: boolean;
  isSelecting: boolean;
  onEdit: (id: string) => void;
};

/**
 * A row's handle, its pencil, its box, its menu, and the line where something would be put. Drawn
 * again only when something of its task has changed.
 */
export const RowTools = memo(function RowTools({ element, task, isPlace, isSelected, isSelecting, onEdit }: Props) {
  const row = element.querySelector<HTMLElement>('[data-task]');
  const slot = element.querySelector('[data-tools]');
  const { isCarried, element: carried, handle } = useCarried(task);
  const place = usePlace(task.id, task.title);
  const { ref: carriedRef } = carried;
  const { ref: placeRef } = place;
  useLayoutEffect(() => {
    carriedRef(row);
    placeRef(isPlace ? row : null);
  }, [row, isPlace, carriedRef, placeRef]);
  useLayoutEffect(() => {
    row?.toggleAttribute('data-carried', isCarried);
    row?.toggleAttribute('data-selected', isSelected);
  }, [row, isCarried, isSelected]);
  if (!slot) return null;
  return createPortal(
    <>
      <button
        type="button"
        {...handle}
        onMouseDown={carried.onMouseDown}
        onTouchStart={carried.onTouchStart}
        aria-label={viewsMessages.drag.handle(task.title)}
        className="absolute inset-y-0 -left-3.5 grid w-4 cursor-grab touch-none place-items-center rounded text-muted max-sm:opacity-40 sm:opacity-0 pointer-coarse:right-0 pointer-coarse:bottom-auto pointer-coarse:left-auto pointer-coarse:size-10 pointer-coarse:opacity-40 pointed:opacity-100"
      >
        <Icon of={GripVertical} className="size-3.5" />
      </button>
      <button
        type="button"
        aria-label={dialogsMessages.bulk.edit(task.title)}
        onClick={() => onEdit(task.id)}
        className="grid size-6 place-items-center rounded text-muted hover:text-foreground max-sm:hidden sm:opacity-0 pointer-coarse:hidden pointed:opacity-100"
      >
        <Icon of={Pencil} className="size-3.5" />
      </button>
      <button
        type="button"
        role="checkbox"
        aria-checked={isSelected}
        aria-label={dialogsMessages.bulk.select(task.title)}
        onClick={() => toggleSelected(task.id)}
        className={clsx('grid size-6 place-items-center rounded touch', !isSelecting && 'max-sm:hidden sm:opacity-0 pointer-coarse:hidden pointed:opacity-100')}
      >
        <span
          className={clsx(
            'grid size-4 place-items-center rounded border',
            isSelected ? 'border-accent bg-accent text-on-accent' : 'border-line-strong bg-raised',
          )}
        >
          {isSelected ? <Icon of={Check} className="size-3" strokeWidth={3} /> : null}
        </span>
      </button>
      <LaterMenu label={messages.list.actions(task.title)} className={menuClass} load={loadMenu}>
        <TaskMenu task={task} className={menuClass} />
      </LaterMenu>
      {place.isOver && !isCarried ? <span aria-hidden className="absolute inset-x-0 -bottom-px h-0.5 rounded bg-accent" /> : null}
    </>,
    slot,
  );
});
