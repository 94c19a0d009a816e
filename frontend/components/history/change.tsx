'use client';

import type { HistoryEntry } from '@/lib/history/sets';
import { fieldInWords, tellingChanges, valueInWords, type Context } from '@/lib/history/words';
import { historyMessages } from '@/lib/messages/history';
import { openTask } from '@/lib/open-task';

const text = historyMessages;

type Props = { entry: HistoryEntry; context: Context; isOfTask: boolean };

/** One event: what it did to what, field by field. */
export function Change({ entry, context, isOfTask }: Props) {
  const { what, event_type: type } = entry;
  const isNew = type.endsWith('.created');
  const changes = tellingChanges(entry.changes, isNew);
  return (
    <li>
      <p>
        <span className="font-medium">{eventInWords(type)}</span>
        {isOfTask || !what.name ? null : what.kind === 'task' ? (
          <>
            {' '}
            <button
              type="button"
              aria-label={text.openTask(what.name)}
              onClick={() => openTask(what.id)}
              className="rounded text-left break-words text-accent hover:underline"
            >
              {what.name}
            </button>
          </>
        ) : (
          <span className="break-words"> {what.name}</span>
        )}
      </p>
      {changes.length > 0 ? (
        <dl className="mt-1 grid gap-1 text-[0.8125rem]">
          {changes.map(({ field, before, after }) => (
            <div key={field} className="flex flex-wrap items-baseline gap-x-2">
              <dt className="text-muted">{fieldInWords(field)}</dt>
              <dd className="flex min-w-0 flex-wrap items-baseline gap-x-1.5">
                {isNew || isEmpty(before) ? null : (
                  <>
                    <span className="sr-only">{text.was}</span>
                    <del className="rounded bg-danger-soft px-1 break-words whitespace-pre-wrap text-foreground decoration-danger/60">
                      {valueInWords(field, before, context)}
                    </del>
                    <span aria-hidden className="text-muted">
                      →
                    </span>
                    <span className="sr-only">{text.becomes}</span>
                  </>
                )}
                <ins className="rounded bg-selected px-1 break-words whitespace-pre-wrap no-underline">
                  {valueInWords(field, after, context)}
                </ins>
              </dd>
            </div>
          ))}
        </dl>
      ) : null}
    </li>
  );
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined;
}

function eventInWords(type: string): string {
  const names: Partial<Record<string, string>> = text.events;
  return names[type] ?? type;
}
