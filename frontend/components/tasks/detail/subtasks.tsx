'use client';

import { clsx } from 'clsx';
import { Plus } from 'lucide';
import { useEffect, useState, type FormEvent } from 'react';
import { useTaskActions } from '@/components/tasks/actions';
import { TaskCheck } from '@/components/tasks/task-check';
import { described, FormProblem } from '@/components/ui/form-problem';
import { Icon } from '@/components/ui/icon';
import { api, read, type Task } from '@/lib/api';
import type { Invalid } from '@/lib/api/errors';
import { putTasks, type Data } from '@/lib/data';
import { useData } from '@/lib/data-provider';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { openTask } from '@/lib/open-task';
import { useTasks } from '@/lib/tasks/provider';
import { creation } from '@/lib/tasks/write';
import { writeTask } from '@/lib/tasks/write-task';
import { useFormErrors } from '@/lib/use-form-errors';

const text = dialogsMessages.task;
const ALL = 200;

/** The parts of a task, with those that are done. */
export function Subtasks({ parent }: { parent: Task }) {
  const data = useData();
  const { toggle } = useTaskActions();
  const { byId } = useTasks();
  const isSaved = parent.version > 0;
  // Those that are open are known; this brings the others, and events keep all of them.
  useEffect(() => {
    if (isSaved) readParts(data, parent.id).catch(() => undefined);
  }, [data, parent.id, isSaved]);
  const parts = [...byId.values()]
    .filter((task) => task.parent_id === parent.id)
    .sort((a, b) => Number(a.completed) - Number(b.completed) || a.position - b.position);
  const done = parts.filter((task) => task.completed).length;
  return (
    <section className="mt-6">
      <h3 className="flex items-baseline gap-2 px-1.5 text-[0.8125rem] font-semibold">
        {text.subtasks}
        {parts.length > 0 ? (
          <span className="font-normal text-muted tabular-nums">
            {done}/{parts.length}
          </span>
        ) : null}
      </h3>
      <ul className="mt-1">
        {parts.map((task) => (
          <li key={task.id} className="flex min-h-9 items-center gap-1.5 rounded-control px-0.5 hover:bg-hover pointer-coarse:min-h-10">
            <TaskCheck task={task} onToggle={() => toggle(task)} />
            <button
              type="button"
              onClick={() => openTask(task.id)}
              className={clsx('min-w-0 flex-1 rounded py-1 text-left break-words pointer-coarse:py-2.5', task.completed && 'text-muted line-through')}
            >
              {task.title}
            </button>
          </li>
        ))}
      </ul>
      <AddSubtask parent={parent} />
    </section>
  );
}

async function readParts(data: Data, parentId: string): Promise<void> {
  const query = { parent_id: parentId, status: 'all', sort: 'position', limit: ALL } as const;
  putTasks(data, (await read(api.GET('/tasks', { params: { query } }))).items);
}

function AddSubtask({ parent }: { parent: Task }) {
  const data = useData();
  const [title, setTitle] = useState('');
  const [form, errors] = useFormErrors({});
  const error = errors.at('form');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const typed = title.trim();
    if (typed === '') return;
    setTitle('');
    errors.clear();
    const atField = (problem: Invalid) => {
      // What was typed since is worth more.
      setTitle((now) => now || typed);
      return errors.show(problem);
    };
    void writeTask(data, creation({ title: typed, parent_id: parent.id, project_id: parent.project_id }, typed), { atField });
  };
  return (
    <form ref={form} onSubmit={submit}>
      <div className="flex h-9 items-center gap-1.5 rounded-control px-0.5 focus-within:bg-hover pointer-coarse:h-11">
        <span className="grid size-7 shrink-0 place-items-center text-muted">
          <Icon of={Plus} className="size-4" />
        </span>
        <input
          value={title}
          onChange={(event) => setTitle(event.target.value)}
          aria-label={text.addSubtask}
          {...described('subtask-note', error)}
          placeholder={text.addSubtask}
          maxLength={1000}
          autoComplete="off"
          className="h-full min-w-0 flex-1 bg-transparent text-base placeholder:text-muted focus-visible:outline-none sm:text-sm"
        />
      </div>
      <FormProblem id="subtask-note" message={error} className="px-9" />
    </form>
  );
}
