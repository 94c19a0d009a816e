'use client';

import { Redo2, Undo2 } from 'lucide';
import { useState } from 'react';
import { Change } from '@/components/history/change';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { useData } from '@/lib/data-provider';
import type { ChangeSet } from '@/lib/history/sets';
import { actorInWords, type Context } from '@/lib/history/words';
import { historyMessages } from '@/lib/messages/history';
import { timeInWords } from '@/lib/time/format';
import { wallTime } from '@/lib/time/zone';
import { undo } from '@/lib/undo';

const text = historyMessages;
const SHOWN = 4;

type Props = {
  set: ChangeSet;
  context: Context;
  /** Of one task: its title need not be said each time. */
  isOfTask: boolean;
  onUndone: () => void;
};

/** What was changed together, by whom, and the way back. */
export function SetOfChanges({ set, context, isOfTask, onUndone }: Props) {
  const data = useData();
  const [isOpen, setIsOpen] = useState(false);
  const [isWorking, setIsWorking] = useState(false);
  const [first] = set.entries;
  if (!first) return null;
  const takeBack = async (changeSetId: string) => {
    setIsWorking(true);
    await undo(data, changeSetId);
    setIsWorking(false);
    onUndone();
  };
  const shown = isOpen ? set.entries : set.entries.slice(0, SHOWN);
  const { undoneBy } = set;
  return (
    <li className="flex items-start gap-3 py-3">
      <time dateTime={first.timestamp} className="w-14 shrink-0 pt-0.5 text-xs text-muted tabular-nums">
        {timeInWords(wallTime(Date.parse(first.timestamp), context.clock.zone), context.clock)}
      </time>
      <div className="min-w-0 flex-1">
        <p className="mb-0.5 flex flex-wrap items-center gap-x-2 text-xs text-muted">
          <span>{actorInWords(first.actor, context)}</span>
          {causeInWords(first.cause)}
          {set.entries.length > 1 ? <span>· {text.together(set.entries.length)}</span> : null}
          {undoneBy === null ? null : <Badge>{text.undone}</Badge>}
        </p>
        <ul className="grid gap-1.5">
          {shown.map((entry) => (
            <Change key={entry.event_id} entry={entry} context={context} isOfTask={isOfTask} />
          ))}
        </ul>
        {set.entries.length > shown.length ? (
          <Button variant="ghost" size="small" className="mt-1 -ml-2" onClick={() => setIsOpen(true)}>
            {text.showAll(set.entries.length - shown.length)}
          </Button>
        ) : null}
      </div>
      {first.what.kind === 'profile' && first.event_type !== 'user.updated' ? null : (
        <Button
          variant="ghost"
          size="small"
          disabled={isWorking}
          aria-label={undoneBy === null ? text.undoSet(first.what.name ?? '') : undefined}
          onClick={() => void takeBack(undoneBy ?? set.id)}
        >
          <Icon of={undoneBy === null ? Undo2 : Redo2} className="size-4" />
          <span className="max-sm:sr-only">{undoneBy === null ? text.undo : text.redo}</span>
        </Button>
      )}
    </li>
  );
}

function causeInWords(cause: unknown): string | null {
  const names: Partial<Record<string, string>> = text.cause;
  const kind = typeof cause === 'object' && cause !== null && 'kind' in cause ? String(cause.kind) : '';
  return names[kind] ?? null;
}
