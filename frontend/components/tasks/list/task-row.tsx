'use client';

import { clsx } from 'clsx/lite';
import { CalendarDays, Flag, Hash, ListTree } from 'lucide';
import { lazy, memo, Suspense, type MouseEvent, type ReactNode } from 'react';
import { DueLabel } from '@/components/tasks/due-label';
import { PRIORITY_TEXT } from '@/components/tasks/priority';
import { TaskCheck } from '@/components/tasks/task-check';
import type { TaskActions } from '@/components/tasks/actions';
import type { RefusedTitle } from '@/components/tasks/list/title-editor';
import type { Pick, PickerKind } from '@/components/tasks/pickers/use-picker';
import { Icon } from '@/components/ui/icon';
import type { Project, Task } from '@/lib/api';
import { messages } from '@/lib/messages';
import { openTask } from '@/lib/open-task';
import type { Clock } from '@/lib/tasks/due';

export type RowHandlers = TaskActions & {
  edit: (id: string | null) => void;
  /** As `set`, and what is refused is edited once more. */
  retitle: (seen: Task, title: string) => void;
  pick: Pick;
};

/** Whose title is being edited. */
export type Editing = { id: string; refused?: RefusedTitle };

type Props = {
  task: Task;
  clock: Clock;
  project: Project | null;
  parentTitle: string | null;
  parts: number;
  editing: Editing | null;
  on: RowHandlers;
};

const TitleEditor = lazy(() => import('@/components/tasks/list/title-editor'));

const text = messages.list;
const SHOWN_TAGS = 3;

/** A task in a list. Drawn again only when something of it has changed. */
export const TaskRow = memo(function TaskRow(props: Props) {
  const { task, editing, on } = props;
  return (
    <div
      data-task={task.id}
      className="group/row relative flex min-h-11 items-start gap-1.5 rounded-control px-1.5 py-2 focus-within:bg-hover hover:bg-hover data-carried:opacity-40 data-selected:bg-selected sm:min-h-10 sm:items-center sm:py-1 pointer-coarse:py-0 pointer-coarse:pr-10"
    >
      <TaskCheck task={task} onToggle={() => on.toggle(task)} className="-my-0.5 pointer-coarse:my-1.5" />
      <div className="flex min-w-0 flex-1 flex-col gap-0.5 sm:flex-row sm:items-center sm:gap-3">
        {editing ? (
          <Suspense fallback={task.title}>
            <TitleEditor
              task={task}
              refused={editing.refused}
              onSave={on.retitle}
              onDone={(isByKey) => {
                on.edit(null);
                if (isByKey) focusTitle(task.id);
              }}
            />
          </Suspense>
        ) : (
          <Title task={task} />
        )}
        <Details {...props} />
      </div>
      {/* The handle, the pencil, the box and the menu come when the list is there: see `list/tools`. */}
      <span data-tools className="flex min-w-6 justify-end sm:min-w-18 pointer-coarse:min-w-10" />
    </div>
  );
});

/** Where the focus was before the field took it, once it is there again. */
function focusTitle(id: string): void {
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>(`[data-task="${CSS.escape(id)}"] [data-title]`)?.focus(),
  );
}

/** With Ctrl, ⌘ or Shift a click is not meant to open: it chooses tasks, once `list/tools` are there. */
function open(event: MouseEvent, id: string): void {
  if (!event.ctrlKey && !event.metaKey && !event.shiftKey) openTask(id);
}

function Title({ task }: { task: Task }) {
  return (
    <button
      type="button"
      data-title
      aria-label={text.openTask(task.title)}
      onClick={(event) => open(event, task.id)}
      className={clsx(
        'min-w-0 flex-1 rounded text-left leading-6 break-words outline-offset-0 sm:truncate pointer-coarse:py-2',
        task.completed && 'text-muted line-through decoration-line-strong',
      )}
    >
      {task.title}
    </button>
  );
}

function Details({ task, clock, project, parentTitle, parts, on }: Props) {
  const picks = (kind: PickerKind) => (event: MouseEvent<HTMLElement>) => on.pick(kind, task, event.currentTarget);
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-0.5 text-xs text-muted sm:shrink-0 sm:flex-nowrap sm:justify-end empty:hidden sm:gap-x-2 max-sm:-ml-1">
      {parentTitle ? <span className="max-w-40 truncate">{text.partOf(parentTitle)}</span> : null}
      {parts > 0 ? (
        <span className="inline-flex items-center gap-1 max-sm:pl-1" title={text.subtasks(parts)}>
          <Icon of={ListTree} className="size-3.5" />
          <span aria-hidden>{parts}</span>
          <span className="sr-only">{text.subtasks(parts)}</span>
        </span>
      ) : null}
      {project ? (
        <Chip label={messages.task.project} onClick={picks('project')}>
          <span aria-hidden className="size-2 shrink-0 rounded-full bg-line-strong" style={{ backgroundColor: project.color ?? undefined }} />
          <span className="max-w-32 truncate">{project.name}</span>
        </Chip>
      ) : null}
      <Chip label={messages.task.tags} onClick={picks('tags')} isShy={task.tags.length === 0}>
        {task.tags.length === 0 ? <Icon of={Hash} className="size-3.5" /> : <Tags names={task.tags} />}
      </Chip>
      <Chip
        label={task.priority === 'none' ? messages.task.priority : `${messages.task.priority}: ${messages.priorities[task.priority]}`}
        onClick={picks('priority')}
        isShy={task.priority === 'none'}
      >
        <Icon of={Flag} className={clsx('size-3.5', PRIORITY_TEXT[task.priority])} fill={task.priority === 'none' ? 'none' : 'currentColor'} />
        <span className="sr-only">{messages.priorities[task.priority]}</span>
      </Chip>
      <Chip label={messages.task.due} onClick={picks('due')} isShy={!task.due} className="max-sm:order-first sm:min-w-26 sm:justify-end">
        {task.due ? <DueLabel task={task} clock={clock} repeats={Boolean(task.recurrence)} /> : <Icon of={CalendarDays} className="size-3.5" />}
      </Chip>
    </div>
  );
}

function Tags({ names }: { names: readonly string[] }) {
  const rest = names.length - SHOWN_TAGS;
  return (
    <>
      {names.slice(0, SHOWN_TAGS).map((name) => (
        <span key={name} className="max-w-28 truncate">
          #{name}
        </span>
      ))}
      {rest > 0 ? <span>+{rest}</span> : null}
    </>
  );
}

type ChipProps = {
  label: string;
  onClick: (event: MouseEvent<HTMLElement>) => void;
  /** Says nothing yet: seen only when the row is pointed at, and never on a phone. */
  isShy?: boolean;
  className?: string;
  children: ReactNode;
};

function Chip({ label, onClick, isShy, className, children }: ChipProps) {
  return (
    <button
      type="button"
      aria-haspopup="dialog"
      title={label}
      onClick={onClick}
      className={clsx(
        'inline-flex h-6 max-w-full items-center gap-1.5 rounded px-1 hover:bg-background hover:text-foreground touch',
        isShy && 'max-sm:hidden sm:opacity-0 pointed:opacity-100',
        className,
      )}
    >
      {isShy ? <span className="sr-only">{label}</span> : null}
      {children}
    </button>
  );
}
