'use client';

import { Pencil } from 'lucide';
import { useRef, useState, type FocusEvent, type MouseEvent } from 'react';
import { flushSync } from 'react-dom';
import { areaClass, type FieldProps } from '@/components/tasks/detail/area';
import { useDraft } from '@/components/tasks/detail/use-draft';
import { Button } from '@/components/ui/button';
import { described, FormProblem } from '@/components/ui/form-problem';
import { Icon } from '@/components/ui/icon';
import { Markdown } from '@/components/ui/markdown';
import { dialogsMessages } from '@/lib/messages/dialogs';

const text = dialogsMessages.task;

/** Until then a press that leaves the field is over, and what lies below it may move. */
const PRESS_MILLISECONDS = 250;

/** The notes, as they are meant to be read; and as they are typed, once somebody wants to. */
export function DescriptionField({ task, onSave }: FieldProps) {
  const draft = useDraft(task, 'description', onSave);
  const [isEditing, setIsEditing] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const leaving = useRef<ReturnType<typeof setTimeout>>(undefined);
  const enter = () => {
    clearTimeout(leaving.current);
    setIsEditing(true);
  };
  const edit = () => {
    // At once: a phone brings its keyboard for what a finger asks for, and for nothing later.
    flushSync(enter);
    const end = area.current?.value.length ?? 0;
    area.current?.focus();
    area.current?.setSelectionRange(end, end);
  };
  const leave = (event: FocusEvent) => {
    draft.finish();
    // Where another window took the focus the field will have it back.
    if (document.activeElement === event.currentTarget) return;
    leaving.current = setTimeout(() => setIsEditing(false), PRESS_MILLISECONDS);
  };
  const isRead = !isEditing && draft.error === undefined && draft.value.trim() !== '';
  return (
    <div className="mt-1 ml-8">
      {isRead ? (
        <Notes of={draft.value} onEdit={edit} />
      ) : (
        <textarea
          ref={area}
          aria-label={text.description}
          {...described('description-note', draft.error)}
          placeholder={text.descriptionPlaceholder}
          value={draft.value}
          maxLength={10_000}
          rows={3}
          onChange={(event) => draft.change(event.target.value)}
          onFocus={enter}
          onBlur={leave}
          className={`${areaClass} min-h-20 text-base leading-6 sm:text-sm`}
        />
      )}
      <FormProblem id="description-note" message={draft.error} className="px-1.5" />
    </div>
  );
}

/** A press anywhere begins to edit, but for one that follows a link or marks some words. */
function Notes({ of, onEdit }: { of: string; onEdit: () => void }) {
  const press = ({ target }: MouseEvent) => {
    const isOwn = target instanceof Element && target.closest('a, button') !== null;
    if (!isOwn && window.getSelection()?.isCollapsed !== false) onEdit();
  };
  return (
    <div
      role="group"
      aria-label={text.description}
      onClick={press}
      className="flex min-h-20 cursor-text items-start gap-1 rounded-md px-1.5 py-1 text-base leading-6 hover:bg-hover sm:text-sm"
    >
      <div className="min-w-0 flex-1">
        <Markdown of={of} />
      </div>
      <Button
        variant="ghost"
        size="icon"
        aria-label={text.editDescription}
        title={text.editDescription}
        onClick={onEdit}
        className="-mt-0.5 -mr-1 pointer-coarse:size-11"
      >
        <Icon of={Pencil} className="size-3.5" />
      </Button>
    </div>
  );
}
