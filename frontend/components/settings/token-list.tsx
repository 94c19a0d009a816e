'use client';

import { useState } from 'react';
import { Question } from '@/components/settings/question';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { announce, announceProblem } from '@/lib/announce';
import { api, type Schemas } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import { settingsMessages } from '@/lib/messages/settings';
import { isValid } from '@/lib/settings/expiry';
import type { Grant } from '@/lib/settings/grant';
import { useClock } from '@/lib/tasks/provider';
import { momentInWords } from '@/lib/time/format';

const text = settingsMessages.tokens;

type Token = Schemas['Token'];

/** Tokens that are good, and on demand those that were. */
export function TokenList({ tokens, onRevoked }: { tokens: readonly Token[]; onRevoked: () => void }) {
  const { now } = useClock();
  const [showsEnded, setShowsEnded] = useState(false);
  const [asked, setAsked] = useState<Token | null>(null);
  const valid = tokens.filter((token) => isValid(token, now));
  const ended = tokens.filter((token) => !isValid(token, now));
  const revoke = async ({ id }: Token) => {
    setAsked(null);
    try {
      await api.DELETE('/tokens/{id}', { params: { path: { id } } });
      announce(text.revoked);
      onRevoked();
    } catch (error) {
      announceProblem(messageOf(error));
    }
  };
  return (
    <div>
      {valid.length === 0 ? <p className="text-muted">{text.none}</p> : null}
      <ul className="divide-y">
        {[...valid, ...(showsEnded ? ended : [])].map((token) => (
          <li key={token.id} className="flex items-center gap-3 py-2.5">
            <div className="min-w-0 flex-1">
              <p className="flex items-center gap-2">
                <span className="truncate font-medium">{token.name}</span>
                <Badge className="shrink-0">{text.scopes[token.scope]}</Badge>
              </p>
              <Dates token={token} isValid={isValid(token, now)} />
            </div>
            {isValid(token, now) ? (
              <Button variant="danger" size="small" aria-label={text.revokeOf(token.name)} onClick={() => setAsked(token)}>
                {text.revoke}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {ended.length > 0 && !showsEnded ? (
        <Button variant="ghost" size="small" className="-ml-2.5" onClick={() => setShowsEnded(true)}>
          {text.showEnded(ended.length)}
        </Button>
      ) : null}
      {asked ? (
        <Question
          title={text.confirmRevoke(asked.name)}
          description={text.afterRevoke}
          confirm={text.revoke}
          onConfirm={() => void revoke(asked)}
          onClose={() => setAsked(null)}
        />
      ) : null}
    </div>
  );
}

function Dates({ token, isValid: isGood }: { token: Token; isValid: boolean }) {
  const clock = useClock();
  const when = (instant: string) => momentInWords(instant, clock);
  const end = token.revoked_at
    ? text.revokedAt(when(token.revoked_at))
    : isGood
      ? text.until(when(token.expires_at))
      : text.ended(when(token.expires_at));
  return (
    <p className="mt-0.5 flex flex-wrap gap-x-3 text-xs text-muted">
      <span>{end}</span>
      {token.grant ? <span>{limitsInWords(token.grant)}</span> : null}
      <span>{token.last_used_at ? text.used(when(token.last_used_at)) : text.unused}</span>
    </p>
  );
}

function limitsInWords({ tools, project_ids: projects, writes_per_hour: hourly }: Grant): string {
  const parts = [
    tools ? text.limits.ofCount(tools.length) : null,
    projects ? text.limits.inProjects(projects.length) : null,
    hourly ? text.limits.hourly(hourly) : null,
  ];
  return parts.filter((part) => part !== null).join(', ');
}
