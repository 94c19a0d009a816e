'use client';

import { useState } from 'react';
import { Section } from '@/components/settings/section';
import { TokenList } from '@/components/settings/token-list';
import { Button } from '@/components/ui/button';
import { SecretOnce } from '@/components/ui/secret-once';
import { announceProblem } from '@/lib/announce';
import { api, read, type Schemas } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import { settingsMessages } from '@/lib/messages/settings';
import { expiry } from '@/lib/settings/expiry';

const text = settingsMessages.feed;

type Props = { tokens: readonly Schemas['Token'][]; appUrl: string; onChanged: () => void };

/** An address for calendar programs: it is all that they can send. */
export function CalendarFeed({ tokens, appUrl, onChanged }: Props) {
  const [address, setAddress] = useState<string | null>(null);
  const create = async () => {
    try {
      const body = { name: text.tokenName, scope: 'calendar', expires_at: expiry('365', Date.now()) } as const;
      const { token } = await read(api.POST('/tokens', { body }));
      const url = new URL('/calendar.ics', appUrl);
      url.searchParams.set('token', token);
      setAddress(url.href);
      onChanged();
    } catch (error) {
      announceProblem(messageOf(error));
    }
  };
  return (
    <Section title={text.title} hint={text.hint}>
      <div className="grid gap-4">
        {address === null ? (
          <Button className="justify-self-start" onClick={() => void create()}>
            {text.add}
          </Button>
        ) : (
          <SecretOnce label={text.address} secret={address} note={text.warning} onDone={() => setAddress(null)} />
        )}
        {tokens.length > 0 ? <TokenList tokens={tokens} onRevoked={onChanged} /> : null}
      </div>
    </Section>
  );
}
