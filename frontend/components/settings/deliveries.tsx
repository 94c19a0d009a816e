'use client';

import { clsx } from 'clsx/lite';
import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { MoreButton } from '@/components/ui/more-button';
import { Skeleton } from '@/components/ui/skeleton';
import { announce, announceProblem } from '@/lib/announce';
import { api, read, type Schemas } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import { useRemote } from '@/lib/data-provider';
import { Listing } from '@/lib/listing';
import { settingsMessages } from '@/lib/messages/settings';
import { useClock } from '@/lib/tasks/provider';
import { momentInWords } from '@/lib/time/format';

const text = settingsMessages.webhooks;
const LOOK_MILLISECONDS = 3_000;

type Delivery = Schemas['WebhookDelivery'];

/** What became of what was sent. No event says so: while somebody watches it is looked for. */
export function Deliveries({ webhookId }: { webhookId: string }) {
  const clock = useClock();
  const [listing] = useState(
    () =>
      new Listing<Delivery, number>((cursor) => {
        const query = { limit: 20, ...(cursor === null ? {} : { cursor }) };
        return read(api.GET('/webhooks/{id}/deliveries', { params: { path: { id: webhookId }, query } }));
      }),
  );
  const { value, error } = useRemote(listing);
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'visible') void listing.refreshFirst(isSame).catch(() => undefined);
    };
    const timer = setInterval(look, LOOK_MILLISECONDS);
    return () => clearInterval(timer);
  }, [listing]);
  const replay = async (seq: number) => {
    try {
      // After the one before, so that this one is sent, too.
      await api.POST('/webhooks/{id}/replay', { params: { path: { id: webhookId } }, body: { after: seq - 1 } });
      announce(text.replayed);
    } catch (problem) {
      announceProblem(messageOf(problem));
    }
  };
  if (!value) return error ? <p className="mt-3 text-danger">{messageOf(error)}</p> : <Skeleton className="mt-3 h-20" />;
  if (value.items.length === 0) return <p className="mt-3 text-muted">{text.noDeliveries}</p>;
  return (
    <div className="mt-3 border-t pt-1">
      <div className="overflow-x-auto">
        <table className="w-full text-left text-[0.8125rem]">
          <thead className="text-xs text-muted">
            <tr>
              <th scope="col" className="py-1.5 pr-4 font-medium">{text.columns.event}</th>
              <th scope="col" className="py-1.5 pr-4 font-medium">{text.columns.when}</th>
              <th scope="col" className="py-1.5 pr-4 font-medium">{text.columns.outcome}</th>
              <th scope="col" className="py-1.5 pr-4 font-medium">{text.columns.attempt}</th>
              <th scope="col" className="py-1.5 pr-4 font-medium">{text.columns.took}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {value.items.map((delivery) => (
              <tr key={keyOf(delivery)} className="border-t align-top">
                <td className="py-1.5 pr-4 font-mono text-xs leading-5">{delivery.event_type}</td>
                <td className="py-1.5 pr-4 whitespace-nowrap">{momentInWords(delivery.at, clock)}</td>
                <td className={clsx('py-1.5 pr-4', OUTCOME_COLORS[delivery.outcome])}>
                  {outcomeInWords(delivery)}
                </td>
                <td className="py-1.5 pr-4 tabular-nums">{delivery.attempt}</td>
                <td className="py-1.5 pr-4 whitespace-nowrap tabular-nums">{text.milliseconds(delivery.latency_ms)}</td>
                <td className="py-0.5 text-right">
                  {delivery.seq ? (
                    <Button variant="ghost" size="small" className="h-7!" onClick={() => void replay(delivery.seq ?? 1)}>
                      {text.replay}
                    </Button>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {value.next === null ? null : <MoreButton more={() => listing.more()} />}
    </div>
  );
}

function keyOf({ event_id: id, attempt, at }: Delivery): string {
  return `${id} ${attempt} ${at}`;
}

function isSame(one: Delivery, other: Delivery): boolean {
  return keyOf(one) === keyOf(other);
}

const OUTCOME_COLORS: Partial<Record<string, string>> = { accepted: 'text-success', failed: 'text-danger', unknown: 'text-warning' };

function outcomeInWords({ outcome, status, why }: Delivery): string {
  const names: Partial<Record<string, string>> = text.outcomes;
  const details = [status, why].filter((detail) => detail !== null && detail !== undefined);
  return [names[outcome] ?? outcome, ...details].join(' · ');
}
