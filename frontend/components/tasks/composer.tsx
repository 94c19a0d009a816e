'use client';

import { Plus } from 'lucide';
import { lazy, Suspense, useEffect, useRef, useState, type FormEvent } from 'react';
import { useTaskActions } from '@/components/tasks/actions';
import type Preview from '@/components/tasks/quick-preview';
import { Button } from '@/components/ui/button';
import { FormProblem } from '@/components/ui/form-problem';
import { Icon } from '@/components/ui/icon';
import type { NewTask } from '@/lib/api';
import { useCommands } from '@/lib/commands';
import { givenLine } from '@/lib/given-line';
import { messages } from '@/lib/messages';
import type { Begun } from '@/lib/quick-add';
import type { Understood } from '@/lib/tasks/quick';
import { useOnce } from '@/lib/tasks/use-once';
import type { Outcome } from '@/lib/tasks/write-task';

/** Without a network it may not be had; the line is understood all the same when it is sent. */
const QuickPreview = lazy(() => import('@/components/tasks/quick-preview').catch(() => ({ default: NoPreview })));
const NoPreview: typeof Preview = () => null;

const text = messages.composer;

export type ComposerProps = {
  /** What makes a task show up in this view. */
  defaults: Omit<NewTask, 'title'>;
  /** Where what was understood stands, if there is no room under the field. */
  below?: HTMLElement | null;
  /** What it begins with, and the focus. */
  begun?: Begun;
  /** Hears what is sent, and what comes of it. */
  onSend?: (line: string, sending: Promise<Outcome>) => void;
};

/** One line, and there is a task, with all that the line says. */
export function Composer({ defaults, below = null, begun, onSend }: ComposerProps) {
  const { create } = useTaskActions();
  const once = useOnce(begun?.again && { line: begun.line, again: begun.again });
  const input = useRef<HTMLInputElement>(null);
  const [title, setTitle] = useState(begun?.line ?? '');
  const [error, setError] = useState(begun?.error ?? null);
  /** What the server made of a line, so that it need not be asked again. */
  const understood = useRef<Understood | null>(null);
  useCommands([
    {
      id: 'new-task',
      title: messages.composer.newTask,
      group: 'anywhere',
      keys: 'n',
      run: () => input.current?.focus(),
    },
  ]);

  useEffect(
    () =>
      givenLine.subscribe(() => {
        setTitle(givenLine.get()?.line ?? '');
        setError(null);
        input.current?.focus();
      }),
    [],
  );

  const add = async (line: string) => {
    const known = understood.current;
    if (!known || known.line.trim() !== line) return create({ ...defaults, title: line }, line);
    const { taskOf } = await import('@/lib/tasks/quick');
    return create(taskOf(known.quick, defaults));
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const typed = title.trim();
    if (typed === '') return;
    setTitle('');
    setError(null);
    const sending = once(typed, () => add(typed));
    onSend?.(typed, sending);
    const outcome = await sending;
    if (outcome.ok) return;
    setError(outcome.message);
    // What was typed since is worth more than what did not work.
    setTitle((now) => now || typed);
  };

  return (
    <form onSubmit={submit} className="px-3 pb-2 sm:px-5">
      <div className="flex h-11 items-center gap-2 rounded-control border bg-raised pr-1.5 pl-3 transition-[border-color] focus-within:border-accent hover:border-line-strong">
        <Icon of={Plus} className="size-4 shrink-0 text-muted" />
        <div className="relative h-full min-w-0 flex-1">
          <Suspense fallback={null}>
            {title.trim() ? (
              <QuickPreview
                line={title}
                input={input}
                below={below}
                onUnderstood={(known) => (understood.current = known)}
                onChange={setTitle}
              />
            ) : null}
          </Suspense>
          <input
            ref={input}
            autoFocus={begun !== undefined}
            value={title}
            onChange={(event) => setTitle(event.target.value)}
            onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
            aria-label={text.label}
            aria-invalid={error !== null}
            aria-describedby={error ? 'composer-error' : undefined}
            placeholder={text.placeholder}
            maxLength={1000}
            enterKeyHint="done"
            autoComplete="off"
            className="relative size-full bg-transparent text-base placeholder:text-muted placeholder-shown:text-ellipsis focus-visible:outline-none sm:text-sm"
          />
        </div>
        {title.trim() ? (
          <Button type="submit" variant="primary" size="small">
            {text.add}
          </Button>
        ) : null}
      </div>
      <FormProblem id="composer-error" message={error ?? undefined} className="px-3 pt-1.5 text-[0.8125rem]" />
    </form>
  );
}
