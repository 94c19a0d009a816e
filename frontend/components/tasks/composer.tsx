'use client';

import { Plus } from 'lucide';
import { lazy, Suspense, useEffect, useRef, useState, type FormEvent } from 'react';
import { useTaskActions } from '@/components/tasks/actions';
import type Preview from '@/components/tasks/quick-preview';
import { Button } from '@/components/ui/button';
import { FormProblem } from '@/components/ui/form-problem';
import { Icon } from '@/components/ui/icon';
import type { NewTask, QuickTask } from '@/lib/api';
import { useCommands } from '@/lib/commands';
import { messages } from '@/lib/messages';
import { isFieldWanted } from '@/lib/new-task';
import { useOnce } from '@/lib/tasks/use-once';

/** Without a network it may not be had; the line is understood all the same when it is sent. */
const QuickPreview = lazy(() => import('@/components/tasks/quick-preview').catch(() => ({ default: NoPreview })));
const NoPreview: typeof Preview = () => null;

const text = messages.composer;

/** One line, and there is a task, with all that the line says. `defaults` is what makes it show up in this view. */
export function Composer({ defaults }: { defaults: Omit<NewTask, 'title'> }) {
  const { create } = useTaskActions();
  const once = useOnce();
  const input = useRef<HTMLInputElement>(null);
  const [title, setTitle] = useState('');
  const [error, setError] = useState<string | null>(null);
  /** What the server made of a line, so that it need not be asked again. */
  const understood = useRef<{ line: string; quick: QuickTask } | null>(null);
  useCommands([
    {
      id: 'new-task',
      title: messages.composer.newTask,
      group: 'anywhere',
      keys: 'n',
      run: () => input.current?.focus(),
    },
  ]);

  useEffect(() => {
    if (!isFieldWanted.get()) return;
    isFieldWanted.set(false);
    input.current?.focus();
  }, []);

  const add = async (line: string) => {
    const known = understood.current;
    if (known?.line !== line) return create({ ...defaults, title: line }, line);
    const { taskOf } = await import('@/lib/tasks/quick');
    return create(taskOf(known.quick, defaults));
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const typed = title.trim();
    if (typed === '') return;
    setTitle('');
    setError(null);
    const outcome = await once(typed, () => add(typed));
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
                onUnderstood={(line, quick) => (understood.current = { line: line.trim(), quick })}
                onChange={setTitle}
              />
            ) : null}
          </Suspense>
          <input
            ref={input}
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
            className="relative size-full bg-transparent text-base placeholder:text-muted focus-visible:outline-none sm:text-sm"
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
