'use client';

import { lazy, Suspense, useState, type ComponentProps } from 'react';
import { messages } from '@/lib/messages';

type User = { name: string; email: string };

const load = () => import('@/components/shell/user-menu');
const UserMenu = lazy(load);

/** The menu comes when somebody reaches for it. */
export function UserButton({ user }: { user: User }) {
  const [isWanted, setIsWanted] = useState(false);
  if (!isWanted) {
    return <Avatar user={user} onPointerEnter={load} onFocus={load} onClick={() => setIsWanted(true)} />;
  }
  return (
    <Suspense fallback={<Avatar user={user} />}>
      <UserMenu user={user} trigger={<Avatar user={user} />} />
    </Suspense>
  );
}

function Avatar({ user, ...rest }: ComponentProps<'button'> & { user: User }) {
  return (
    <button
      type="button"
      aria-label={messages.header.account}
      aria-haspopup="menu"
      className="grid size-8 place-items-center rounded-full bg-selected text-xs font-semibold text-accent uppercase touch"
      {...rest}
    >
      {initials(user.name)}
    </button>
  );
}

/** As people see letters: an emoji of several code points is one. */
function initials(name: string): string {
  const segmenter = new Intl.Segmenter();
  const words = name.trim().split(/\s+/);
  const first = words.length > 1 ? [words.at(0), words.at(-1)] : words.slice(0, 1);
  return first.map((word = '') => [...segmenter.segment(word)].at(0)?.segment ?? '').join('');
}
