'use client';

import { useState } from 'react';
import { CalendarFeed } from '@/components/settings/calendar-feed';
import { NewTokenForm } from '@/components/settings/new-token-form';
import { Section } from '@/components/settings/section';
import { TokenList } from '@/components/settings/token-list';
import { Button } from '@/components/ui/button';
import LoadFailure from '@/components/ui/load-failure';
import { SecretOnce } from '@/components/ui/secret-once';
import { Skeleton } from '@/components/ui/skeleton';
import { useRemote } from '@/lib/data-provider';
import { settingsMessages } from '@/lib/messages/settings';
import { Remote } from '@/lib/remote';
import { readTokens } from '@/lib/settings/tokens';

const text = settingsMessages.tokens;

/** What opens the account to programs. */
export function TokenSettings({ appUrl }: { appUrl: string }) {
  const [tokens] = useState(() => new Remote(readTokens));
  const { value, error } = useRemote(tokens);
  const [isAdding, setIsAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const refresh = () => void tokens.refresh();
  if (!value) return error ? <LoadFailure error={error} retry={refresh} /> : <Skeleton className="h-40" />;
  const ofPrograms = value.filter(({ scope }) => scope !== 'calendar');
  const ofCalendars = value.filter(({ scope }) => scope === 'calendar');
  return (
    <>
      <Section title={text.title} hint={text.hint}>
        <div className="grid gap-4">
          {secret === null ? null : <SecretOnce label={text.token} secret={secret} onDone={() => setSecret(null)} />}
          {isAdding ? (
            <NewTokenForm
              onClose={() => setIsAdding(false)}
              onCreated={(created) => {
                setIsAdding(false);
                setSecret(created);
                refresh();
              }}
            />
          ) : (
            <Button className="justify-self-start" onClick={() => setIsAdding(true)}>
              {text.add}
            </Button>
          )}
          <TokenList tokens={ofPrograms} onRevoked={refresh} />
        </div>
      </Section>
      <CalendarFeed tokens={ofCalendars} appUrl={appUrl} onChanged={refresh} />
    </>
  );
}
