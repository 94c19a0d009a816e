'use client';

import { clsx } from 'clsx/lite';
import { Plus } from 'lucide';
import { useMemo, useState, type FormEvent } from 'react';
import { useTaskActions } from '@/components/tasks/actions';
import { TaskCheck } from '@/components/tasks/task-check';
import { described, FormProblem } from '@/components/ui/form-problem';
import { Icon } from '@/components/ui/icon';
import LoadFailure from '@/components/ui/load-failure';
import { api, read, type Task } from '@/lib/api';
import type { Invalid } from '@/lib/api/errors';
import { putTasks, type Data } from '@/lib/data';
import { useData } from '@/lib/data-provider';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { openTask } from '@/lib/open-task';
import { Remote } from '@/lib/remote';
import { useTasks } from '@/lib/tasks/provider';
import { creation } from '@/lib/tasks/write';
import { writeTask } from '@/lib/tasks/write-task';
import { NOTHING_ALONE, useFollowing } from '@/lib/use-following';
import { useFormErrors } from '@/lib/use-form-errors';

const text = dialogsMessages.task;
const ALL = 200;

/** The parts of a task, with those that are done. */
export function Subtasks({ parent }: { parent: Task }) {
  const { toggle } = useTaskActions();
  const { byId } = useTasks();
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
      {parent.version > 0 ? <CompletedParts parentId={parent.id} /> : null}
      <AddSubtask parent={parent} />
    </section>
  );
}

/** Those that are open are known; this brings the others, and events keep all of them. */
function CompletedParts({ parentId }: { parentId: string }) {
  const data = useData();
  const parts = useMemo(() => new Remote(() => readParts(data, parentId)), [data, parentId]);
  const { value, error } = useFollowing(parts, NOTHING_ALONE);
  return error && !value ? <LoadFailure error={error} retry={() => void parts.refresh()} isPart /> : null;
}

async function readParts(data: Data, parentId: string): Promise<true> {
  const query = { parent_id: parentId, status: 'all', sort: 'position', limit: ALL } as const;
  putTasks(data, (await read(api.GET('/tasks', { params: { query } }))).items);
  return true;
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
