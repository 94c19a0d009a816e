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
import { api, MERGE_PATCH, read } from '@/lib/api';
import { useRemote } from '@/lib/data-provider';
import { expecting } from '@/lib/expecting';
import { settingsMessages } from '@/lib/messages/settings';
import { Remote } from '@/lib/remote';

const text = settingsMessages.webhooks;

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
  /** Whether something is sent there is seen at once. */
  const switchTo = (id: string, active: boolean) =>
    expecting(
      webhooks,
      (all) => all.map((each) => (each.id === id ? { ...each, active } : each)),
      () => api.PATCH('/webhooks/{id}', { headers: MERGE_PATCH, body: { active }, params: { path: { id } } }),
    );
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
            <Webhook key={webhook.id} webhook={webhook} onSwitch={(active) => switchTo(webhook.id, active)} onChanged={changed} />
          ))}
        </ul>
      </div>
    </Section>
  );
}
