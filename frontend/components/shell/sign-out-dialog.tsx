'use client';

import { Dialog as Primitive } from 'radix-ui';
import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { focusItself } from '@/components/ui/focus-itself';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { leaveOffline } from '@/lib/offline/keep';
import { signOut } from '@/lib/session-over';

const text = dialogsMessages.signOut;

type Props = {
  /** How much would be lost. */
  unsent: number;
  isOnline: boolean;
  onStay: () => void;
};

/** Before somebody leaves: what they would lose, and what cannot be done without a network. */
export function SignOutDialog({ unsent, isOnline, onStay }: Props) {
  const [isGone, setIsGone] = useState(false);
  if (isGone) return <Gone />;
  const leave = async () => {
    if (navigator.onLine) return signOut();
    await leaveOffline();
    setIsGone(true);
  };
  const reasons = [unsent > 0 ? text.unsent(unsent) : '', isOnline ? '' : text.offline];
  return (
    <Dialog isOpen onClose={onStay} title={text.title} description={reasons.join(' ').trim()} className="max-w-md">
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={onStay}>{text.stay}</Button>
        <Button variant="danger" className="border border-danger/40" onClick={() => void leave()}>
          {dialogsMessages.header.signOut}
        </Button>
      </div>
    </Dialog>
  );
}

/** All that there is until the session can be ended. What it lies over is nobody's to be read any more. */
function Gone() {
  useEffect(() => {
    if (navigator.onLine) signOut();
    window.addEventListener('online', signOut);
    return () => window.removeEventListener('online', signOut);
  }, []);
  return (
    <Primitive.Root open>
      <Primitive.Portal>
        <Primitive.Content
          onOpenAutoFocus={focusItself}
          className="fixed inset-0 z-50 grid place-content-center justify-items-center gap-2 bg-background p-6 text-center focus-visible:outline-none"
        >
          <Primitive.Title className="text-lg font-semibold">{text.leftTitle}</Primitive.Title>
          <Primitive.Description className="max-w-md text-muted">{text.left}</Primitive.Description>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
