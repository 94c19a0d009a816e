'use client';

import { ArrowDown, ArrowUp, CornerLeftUp, Copy, Ellipsis, History, Link, ListTree, Trash2 } from 'lucide';
import { useRouter } from 'next/navigation';
import { lazy, Suspense, use, useRef, useState } from 'react';
import { useTaskActions } from '@/components/tasks/actions';
import { OrderContext } from '@/components/tasks/list/order';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { announce, announceProblem } from '@/lib/announce';
import type { Task } from '@/lib/api';
import { useData } from '@/lib/data-provider';
import { messages } from '@/lib/messages';
import { commandsMessages } from '@/lib/messages/commands';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { shifted, type Arrangement } from '@/lib/tasks/arrange';
import { duplication } from '@/lib/tasks/duplicate';
import { possibleWholes } from '@/lib/tasks/nesting';
import { useTasks } from '@/lib/tasks/provider';
import { writeTask } from '@/lib/tasks/write-task';

const WholePicker = lazy(() => import('@/components/tasks/pickers/whole-picker'));
const text = dialogsMessages.task;

type Props = {
  task: Task;
  /** Of the button. */
  className?: string;
  onDelete?: () => void;
};

/** What can be done with a task besides what its row and its sheet show. */
export default function TaskMenu({ task, className, onDelete }: Props) {
  const data = useData();
  const router = useRouter();
  const { set, remove } = useTaskActions();
  const { byId } = useTasks();
  const button = useRef<HTMLButtonElement>(null);
  const hasAsked = useRef(false);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const isSaved = task.version > 0;
  const trigger = (
    <Button ref={button} variant="ghost" size="icon" aria-label={messages.list.actions(task.title)} className={className}>
      <Icon of={Ellipsis} className="size-4" />
    </Button>
  );
  return (
    <>
      <Menu
        trigger={trigger}
        defaultOpen
        onCloseAutoFocus={(event) => {
          // What is asked next has the focus.
          if (hasAsked.current) event.preventDefault();
          hasAsked.current = false;
        }}
      >
        <MenuItem onSelect={() => void writeTask(data, duplication(task, byId.values(), Date.now()))}>
          <Icon of={Copy} />
          {text.duplicate}
        </MenuItem>
        <MenuItem disabled={!isSaved} onSelect={() => void copyLink(task)}>
          <Icon of={Link} />
          {text.copyLink}
        </MenuItem>
        <MakeSubtask
          task={task}
          onSelect={() => {
            hasAsked.current = true;
            setAnchor(button.current);
          }}
        />
        {task.parent_id ? (
          <MenuItem onSelect={() => set(task, { parent_id: null })}>
            <Icon of={CornerLeftUp} />
            <span className="max-w-60 truncate">{text.moveOut(byId.get(task.parent_id)?.title ?? null)}</span>
          </MenuItem>
        ) : null}
        {task.completed ? null : <Shift task={task} onShift={() => focusAgain(button.current)} />}
        <MenuSeparator />
        <MenuItem disabled={!isSaved} onSelect={() => router.push(`/history/${task.id}`)}>
          <Icon of={History} />
          {text.history}
        </MenuItem>
        <MenuItem
          isDanger
          onSelect={() => {
            remove(task);
            onDelete?.();
          }}
        >
          <Icon of={Trash2} />
          {text.delete}
        </MenuItem>
      </Menu>
      <Suspense fallback={null}>
        {anchor ? (
          <WholePicker
            task={task}
            anchor={anchor}
            onChoose={(whole) => set(task, { parent_id: whole })}
            onClose={() => setAnchor(null)}
          />
        ) : null}
      </Suspense>
    </>
  );
}

/** What a drag does, without one. */
function Shift({ task, onShift }: { task: Task; onShift: () => void }) {
  const order = use(OrderContext);
  if (!order) return null;
  const { groups, onArrange } = order;
  const up = shifted(groups, task, -1);
  const down = shifted(groups, task, 1);
  const shift = (arrangement: Arrangement) => () => {
    onArrange(arrangement);
    onShift();
  };
  return (
    <>
      <MenuItem disabled={up.size === 0} onSelect={shift(up)}>
        <Icon of={ArrowUp} />
        {commandsMessages.moveUp}
      </MenuItem>
      <MenuItem disabled={down.size === 0} onSelect={shift(down)}>
        <Icon of={ArrowDown} />
        {commandsMessages.moveDown}
      </MenuItem>
    </>
  );
}

/** An element that is moved loses the focus. */
function focusAgain(element: HTMLElement | null): void {
  requestAnimationFrame(() => requestAnimationFrame(() => element?.focus({ preventScroll: true })));
}

/** Only an open menu asks among all tasks. */
function MakeSubtask({ task, onSelect }: { task: Task; onSelect: () => void }) {
  const { byId } = useTasks();
  if (possibleWholes(task, byId).length === 0) return null;
  return (
    <MenuItem onSelect={onSelect}>
      <Icon of={ListTree} />
      {text.makeSubtaskOf}
    </MenuItem>
  );
}

async function copyLink({ id }: Task): Promise<void> {
  try {
    await navigator.clipboard.writeText(new URL(`/tasks/${id}`, window.location.origin).href);
    announce(text.linkCopied);
  } catch {
    announceProblem(text.linkNotCopied);
  }
}
