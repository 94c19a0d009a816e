'use client';

import { Webhook as WebhookIcon } from 'lucide';
import { useState } from 'react';
import { NewWebhookForm } from '@/components/settings/new-webhook-form';
import { Section } from '@/components/settings/section';
import { Webhook } from '@/components/settings/webhook';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import LoadFailure from '@/components/ui/load-failure';
import { SecretOnce } from '@/components/ui/secret-once';
import { Skeleton } from '@/components/ui/skeleton';
import { announce, announceProblem } from '@/lib/announce';
import { api, MERGE_PATCH, read, type Schemas } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import { useRemote } from '@/lib/data-provider';
import { expecting } from '@/lib/expecting';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { settingsMessages } from '@/lib/messages/settings';
import { Remote } from '@/lib/remote';

const text = settingsMessages.webhooks;

type View = Schemas['WebhookView'];

/** Where what happens is sent to. */
export function WebhookSettings() {
  const [webhooks] = useState(() => new Remote(async () => (await read(api.GET('/webhooks'))).items));
  const { value, error } = useRemote(webhooks);
  const [isAdding, setIsAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const changed = (newSecret: string | null) => {
    if (newSecret !== null) setSecret(newSecret);
    void webhooks.refresh();
  };
  /** It is no change that the log knows, so what takes it back is the other way round. */
  const switchTo = async (id: string, active: boolean) => {
    const shown = (all: View[]) => all.map((each) => (each.id === id ? { ...each, active } : each));
    const params = { path: { id } };
    try {
      await expecting(webhooks, shown, () => api.PATCH('/webhooks/{id}', { headers: MERGE_PATCH, body: { active }, params }));
      announce(text.switched(active), { label: dialogsMessages.changes.undo, run: () => void switchTo(id, !active) });
    } catch (problem) {
      announceProblem(messageOf(problem));
    }
  };
  return (
    <Section title={text.title} hint={text.hint}>
      <div className="grid gap-4">
        {secret === null ? null : <SecretOnce label={text.secret} secret={secret} onDone={() => setSecret(null)} />}
        {isAdding ? (
          <NewWebhookForm
            onClose={() => setIsAdding(false)}
            onCreated={(created) => {
              setIsAdding(false);
              changed(created);
            }}
          />
        ) : (
          <Button className="justify-self-start" onClick={() => setIsAdding(true)}>
            {text.add}
          </Button>
        )}
        {error && !value ? <LoadFailure error={error} retry={() => void webhooks.refresh()} /> : null}
        {value || error ? null : <Skeleton className="h-24" />}
        {value?.length === 0 && !isAdding ? <EmptyState icon={WebhookIcon} {...text.none} /> : null}
        <ul className="grid gap-3">
          {value?.map((webhook) => (
            <Webhook key={webhook.id} webhook={webhook} onSwitch={(active) => void switchTo(webhook.id, active)} onChanged={changed} />
          ))}
        </ul>
      </div>
    </Section>
  );
}
