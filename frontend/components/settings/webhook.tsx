'use client';

import { useState } from 'react';
import { Deliveries } from '@/components/settings/deliveries';
import { Question } from '@/components/settings/question';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { announce, announceProblem } from '@/lib/announce';
import { api, MERGE_PATCH, read, type Schemas } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import { settingsMessages } from '@/lib/messages/settings';
import { useClock } from '@/lib/tasks/provider';
import { momentInWords } from '@/lib/time/format';

const text = settingsMessages.webhooks;

type Props = {
  webhook: Schemas['WebhookView'];
  onSwitch: (active: boolean) => void;
  /** With its new secret, if there is one. */
  onChanged: (secret: string | null) => void;
};

/** A webhook, how it is doing, and what can be done with it. */
export function Webhook({ webhook, onSwitch, onChanged }: Props) {
  const { id, url, active } = webhook;
  const [isOpen, setIsOpen] = useState(false);
  const [question, setQuestion] = useState<'rotate' | 'delete' | null>(null);
  const act = async (write: () => Promise<unknown>) => {
    setQuestion(null);
    try {
      await write();
    } catch (error) {
      announceProblem(messageOf(error));
    }
  };
  const path = { path: { id } };
  const rotate = async () => {
    const body = { rotate_secret: true };
    const { secret } = await read(api.PATCH('/webhooks/{id}', { headers: MERGE_PATCH, body, params: path }));
    onChanged(secret ?? null);
  };
  const test = async () => {
    await api.POST('/webhooks/{id}/test', { params: path });
    setIsOpen(true);
    onChanged(null);
    announce(text.testSent);
  };
  const remove = async () => {
    await api.DELETE('/webhooks/{id}', { params: path });
    onChanged(null);
    announce(text.deleted);
  };
  return (
    <li className="rounded-card border bg-raised p-4">
      <div className="flex items-start gap-3">
        <Checkbox
          aria-label={text.activeOf(url)}
          checked={active}
          onCheckedChange={(isOn) => onSwitch(isOn === true)}
          className="mt-0.5"
        />
        <div className="min-w-0 flex-1">
          <p className="font-medium break-all">{url}</p>
          <p className="mt-1 flex flex-wrap gap-1.5">
            {webhook.event_types.map((type) => (
              <code key={type} className="rounded bg-hover px-1.5 text-xs text-muted">
                {type}
              </code>
            ))}
          </p>
          <Health webhook={webhook} />
        </div>
      </div>
      <div className="mt-3 flex flex-wrap gap-1">
        <Button variant="ghost" size="small" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {text.deliveries}
        </Button>
        <Button variant="ghost" size="small" onClick={() => void act(test)}>
          {text.test}
        </Button>
        <Button variant="ghost" size="small" onClick={() => setQuestion('rotate')}>
          {text.rotate}
        </Button>
        <Button variant="danger" size="small" onClick={() => setQuestion('delete')}>
          {text.delete}
        </Button>
      </div>
      {isOpen ? <Deliveries webhookId={id} /> : null}
      {question === 'rotate' ? (
        <Question
          title={text.confirmRotate}
          description={text.afterRotate}
          confirm={text.rotateNow}
          onConfirm={() => void act(rotate)}
          onClose={() => setQuestion(null)}
        />
      ) : null}
      {question === 'delete' ? (
        <Question
          title={text.confirmDelete}
          description={url}
          confirm={text.delete}
          onConfirm={() => void act(remove)}
          onClose={() => setQuestion(null)}
        />
      ) : null}
    </li>
  );
}

function Health({ webhook }: { webhook: Props['webhook'] }) {
  const clock = useClock();
  const { off_because: why, failures, failing_since: since, retry_at: retry } = webhook;
  if (why) return <p className="mt-1.5 text-[0.8125rem] text-danger">{text.offBecause(why)}</p>;
  if (failures === 0 || !since) return null;
  return (
    <p className="mt-1.5 flex flex-wrap gap-x-3 text-[0.8125rem] text-warning">
      <span>{text.failing(failures, momentInWords(since, clock))}</span>
      {retry ? <span>{text.retryAt(momentInWords(retry, clock))}</span> : null}
    </p>
  );
}
