'use client';

import { X } from 'lucide';
import { lazy } from 'react';
import { useTaskActions } from '@/components/tasks/actions';
import { areaClass, type FieldProps } from '@/components/tasks/detail/area';
import { DescriptionField } from '@/components/tasks/detail/description-field';
import { Properties } from '@/components/tasks/detail/properties';
import { Subtasks } from '@/components/tasks/detail/subtasks';
import { TaskKeys } from '@/components/tasks/detail/task-keys';
import { useDraft } from '@/components/tasks/detail/use-draft';
import { usePicker } from '@/components/tasks/pickers/use-picker';
import { TaskCheck } from '@/components/tasks/task-check';
import { Button } from '@/components/ui/button';
import { described, FormProblem } from '@/components/ui/form-problem';
import { Icon } from '@/components/ui/icon';
import { LaterMenu } from '@/components/ui/later-menu';
import type { Task } from '@/lib/api';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { openTask } from '@/lib/open-task';
import { useClock, useTasks } from '@/lib/tasks/provider';
import { momentInWords } from '@/lib/time/format';

const loadMenu = () => import('@/components/tasks/task-menu');
const TaskMenu = lazy(loadMenu);
const text = dialogsMessages.task;

/** Everything about a task, to be changed where it stands. */
export function TaskDetail({ task, onClose }: { task: Task; onClose: () => void }) {
  const actions = useTaskActions();
  const { pick, element: picker } = usePicker();
  const parent = useTasks().byId.get(task.parent_id ?? '');
  return (
    <>
      <div className="flex h-13 shrink-0 items-center gap-1 border-b px-3">
        {parent ? (
          <Button variant="ghost" size="small" className="min-w-0" onClick={() => openTask(parent.id)}>
            <span className="truncate">
              {text.parent} {parent.title}
            </span>
          </Button>
        ) : null}
        <span className="ml-auto">
          <LaterMenu label={messages.list.actions(task.title)} load={loadMenu}>
            <TaskMenu task={task} onDelete={onClose} />
          </LaterMenu>
        </span>
        <Button variant="ghost" size="icon" aria-label={text.close} onClick={onClose}>
          <Icon of={X} className="size-4" />
        </Button>
      </div>
      <div className="flex-1 overflow-y-auto px-4 py-5 sm:px-6">
        <div className="flex items-start gap-0.5 pointer-coarse:gap-1.5">
          <TaskCheck task={task} onToggle={() => actions.toggle(task)} className="mt-1 ml-0.5" />
          <TitleField task={task} onSave={(seen, title, atField) => actions.set(seen, { title }, atField)} />
        </div>
        <DescriptionField task={task} onSave={(seen, description, atField) => actions.set(seen, { description }, atField)} />
        <Properties task={task} pick={pick} />
        {task.parent_id ? null : <Subtasks parent={task} />}
      </div>
      <Footer task={task} />
      <TaskKeys task={task} pick={pick} onToggle={() => actions.toggle(task)} />
      {picker}
    </>
  );
}

function TitleField({ task, onSave }: FieldProps) {
  const draft = useDraft(task, 'title', (seen, typed, atField) => {
    // A task without a title would be refused: then rather the old one.
    if (typed.trim() !== '') onSave(seen, typed.trim(), atField);
  });
  return (
    <div className="min-w-0 flex-1">
      <textarea
        aria-label={text.title}
        {...described('title-note', draft.error)}
        value={draft.value}
        maxLength={200}
        rows={1}
        onChange={(event) => draft.change(event.target.value.replaceAll('\n', ' '))}
        onBlur={draft.finish}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            event.currentTarget.blur();
          }
        }}
        className={`${areaClass} text-lg leading-7 font-semibold tracking-tight pointer-coarse:py-1.5`}
      />
      <FormProblem id="title-note" message={draft.error} className="px-1.5" />
    </div>
  );
}

function Footer({ task }: { task: Task }) {
  const clock = useClock();
  return (
    <p className="flex shrink-0 flex-wrap gap-x-4 border-t px-6 py-3 text-xs text-muted">
      <span>{text.created(momentInWords(task.created_at, clock))}</span>
      <span>{text.updated(momentInWords(task.updated_at, clock))}</span>
    </p>
  );
}
