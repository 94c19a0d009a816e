'use client';

import { lazy, Suspense, useState, type ComponentProps } from 'react';
import { messages } from '@/lib/messages';

type User = { name: string; email: string };

const load = () => import('@/components/shell/user-menu');
const UserMenu = lazy(load);

/** The menu comes when somebody reaches for it. `letters` stand for the user. */
export function UserButton({ user, letters }: { user: User; letters: string }) {
  const [isWanted, setIsWanted] = useState(false);
  if (!isWanted) {
    return <Avatar letters={letters} onPointerEnter={load} onFocus={load} onClick={() => setIsWanted(true)} />;
  }
  return (
    <Suspense fallback={<Avatar letters={letters} />}>
      <UserMenu user={user} trigger={<Avatar letters={letters} />} />
    </Suspense>
  );
}

function Avatar({ letters, ...rest }: ComponentProps<'button'> & { letters: string }) {
  return (
    <button
      type="button"
      aria-label={messages.header.account}
      aria-haspopup="menu"
      className="grid size-8 place-items-center rounded-full bg-selected text-xs font-semibold text-accent uppercase touch"
      {...rest}
    >
      {letters}
    </button>
  );
}
