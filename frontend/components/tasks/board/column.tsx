'use client';

import { clsx } from 'clsx/lite';
import { useState, type ReactNode } from 'react';
import { usePlace } from '@/components/tasks/drag/use-drag';
import { Button } from '@/components/ui/button';
import type { Task } from '@/lib/api';
import { messages } from '@/lib/messages';
import { viewsMessages } from '@/lib/messages/views';
import type { Column as Tasks } from '@/lib/tasks/columns';

/** More than fit on any screen, and few enough to be carried over quickly. */
const STEP = 60;

type Props = {
  column: Tasks;
  /** What follows its tasks, if anything does. */
  rest: ReactNode;
  draw: (task: Task) => ReactNode;
};

/** A column of a board, and a place where tasks can be put. */
export function Column({ column, rest, draw }: Props) {
  const { ref, isOver } = usePlace(column.key, column.title);
  const [shown, setShown] = useState(STEP);
  const { title, color, tasks } = column;
  const id = `column-${column.key}`;
  return (
    <section
      ref={ref}
      aria-labelledby={id}
      className={clsx(
        'flex max-h-full w-[82vw] max-w-72 shrink-0 snap-start flex-col rounded-card border bg-sidebar sm:w-72',
        isOver && 'border-accent bg-selected',
      )}
    >
      <h2 id={id} className="flex h-10 shrink-0 items-center gap-2 px-3 text-[0.8125rem] font-semibold">
        {color ? <span aria-hidden className="size-2.5 shrink-0 rounded-full" style={{ backgroundColor: color }} /> : null}
        <span className="truncate">{title}</span>
        <span className="font-normal text-muted tabular-nums">{tasks.length}</span>
      </h2>
      <ul className="grid min-h-24 auto-rows-min gap-2 overflow-y-auto overscroll-contain px-2 pt-0.5 pb-2">
        {tasks.slice(0, shown).map((task) => (
          <li key={task.id}>{draw(task)}</li>
        ))}
        {tasks.length === 0 && !rest ? <li className="px-1 py-3 text-[0.8125rem] text-muted">{viewsMessages.board.emptyColumn}</li> : null}
        {tasks.length > shown ? (
          <li>
            <Button variant="ghost" size="small" className="w-full" onClick={() => setShown(shown + STEP)}>
              {messages.list.more}
            </Button>
          </li>
        ) : rest ? (
          <li>{rest}</li>
        ) : null}
      </ul>
    </section>
  );
}
