'use client';

import { useState } from 'react';
import { useTaskActions } from '@/components/tasks/actions';
import { DuePicker } from '@/components/tasks/pickers/due-picker';
import { PriorityPicker } from '@/components/tasks/pickers/priority-picker';
import { ProjectPicker } from '@/components/tasks/pickers/project-picker';
import { TagPicker } from '@/components/tasks/pickers/tag-picker';
import type { Picking } from '@/components/tasks/pickers/use-picker';
import { RecurrencePicker } from '@/components/tasks/recurrence/recurrence-picker';
import { ReminderPicker } from '@/components/tasks/reminders/reminder-picker';
import { Popover } from '@/components/ui/popover';
import type { Due, Task } from '@/lib/api';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { dueOn } from '@/lib/tasks/due-day';
import { useClock, useTasks } from '@/lib/tasks/provider';
import { isSame, type Fields } from '@/lib/tasks/write';

const LABELS = {
  due: dialogsMessages.due.title,
  priority: messages.task.priority,
  project: messages.task.project,
  tags: messages.task.tags,
  recurrence: dialogsMessages.recurrence.title,
  reminders: dialogsMessages.reminders.title,
};

type Props = Picking & { onClose: () => void };

/** Changes one thing about a task, or about several. */
export default function Picker({ kind: asked, tasks, anchor, onClose }: Props) {
  const [kind, setKind] = useState(asked);
  const { set, all, repeat } = useTaskActions();
  // Tags are picked one after the other, and are one change.
  const common = shared(tasks);
  const [tags, setTags] = useState(common.tags ?? []);
  const { zone } = useClock();
  const [first] = tasks;
  const current = useTasks().byId.get(first?.id ?? '');
  if (!first) return null;
  const change = (fieldsOf: (task: Task) => Partial<Fields>) => {
    if (tasks.length === 1) set(first, fieldsOf(first));
    else all(tasks, fieldsOf);
    onClose();
  };
  const choose = (fields: Partial<Fields>) => change(() => fields);
  // A day that is chosen for tasks with different times takes none of them away.
  const reschedule = (due: Due | null) =>
    change((task) => ({ due: common.due === undefined && due?.kind === 'date' ? dueOn(task, due.date, zone) : due }));
  const close = () => {
    if (kind === 'tags') change((task) => ({ tags: retagged(task.tags, common.tags ?? [], tags) }));
    else onClose();
  };
  return (
    <Popover anchor={anchor} label={LABELS[kind]} onClose={close} className={kind === 'recurrence' || kind === 'reminders' ? 'w-76 pointer-coarse:w-84' : 'w-68 pointer-coarse:w-84'}>
      {kind === 'due' ? (
        // What led here has gone, and the focus with it.
        <div ref={kind === asked ? null : focusOn} tabIndex={-1} className="focus-visible:outline-none">
          <DuePicker due={common.due} onChoose={reschedule} />
        </div>
      ) : null}
      {kind === 'priority' ? (
        <PriorityPicker priority={common.priority ?? null} onChoose={(priority) => choose({ priority })} />
      ) : null}
      {kind === 'project' ? (
        <ProjectPicker projectId={common.project_id} onChoose={(project_id) => choose({ project_id })} />
      ) : null}
      {kind === 'tags' ? <TagPicker tags={tags} onChange={setTags} /> : null}
      {kind === 'recurrence' ? (
        <RecurrencePicker
          task={first}
          onChoose={(to, shown) => {
            repeat(first, to, shown);
            onClose();
          }}
          onMove={() => setKind('due')}
        />
      ) : null}
      {kind === 'reminders' ? (
        <ReminderPicker task={current ?? first} onChange={(seen, reminders, atField) => set(seen, { reminders }, atField)} />
      ) : null}
    </Popover>
  );
}

function focusOn(element: HTMLElement | null): void {
  element?.focus();
}

/** What all of them have in common; undefined where they differ. */
function shared(tasks: readonly Task[]): Partial<Pickable> {
  const [first, ...others] = tasks;
  if (!first) return {};
  const same = <K extends keyof Pickable>(field: K): Task[K] | undefined =>
    others.every((task) => isSame(task[field], first[field])) ? first[field] : undefined;
  return {
    due: same('due'),
    priority: same('priority'),
    project_id: same('project_id'),
    tags: first.tags.filter((tag) => others.every((task) => task.tags.includes(tag))),
  };
}

type Pickable = { due: Task['due']; priority: Task['priority']; project_id: Task['project_id']; tags: string[] };

/** A task keeps the tags that only it had. */
function retagged(own: readonly string[], before: readonly string[], after: readonly string[]): string[] {
  const kept = own.filter((tag) => after.includes(tag) || !before.includes(tag));
  return [...new Set([...kept, ...after])];
}
