'use client';

import { X } from 'lucide';
import { useEffect, type MouseEvent } from 'react';
import { toast, Toaster as Sonner } from 'sonner';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { announcement, answerUnsaved, unsaved, type Unsaved } from '@/lib/announce';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { errorMessages } from '@/lib/messages/errors';
import { useStore } from '@/lib/store';
import { selection } from '@/lib/tasks/selection';

/** One after the other in the same place: a pile of them would be read by nobody. */
const PLACE = 'announcement';

const OVER_THE_PAGE = 'calc(var(--floor) + 1.25rem)';
/** Of the tasks that are chosen there is a bar in the same place. */
const OVER_THE_BAR = 'calc(var(--floor) + var(--bar))';

/** Shows what is announced. */
export default function Toaster() {
  const bottom = useStore(selection).size > 0 ? OVER_THE_BAR : OVER_THE_PAGE;
  useEffect(() => {
    const show = () => {
      const said = announcement.get();
      if (!said) return;
      const { action, stays } = said;
      const isProblem = said.tone === 'problem';
      const options = {
        // What goes wrong is not taken away by what goes well, nor by what else goes wrong.
        id: stays?.id ?? (isProblem ? said.text : PLACE),
        duration: stays ? Infinity : action || isProblem ? 8_000 : 4_000,
        cancel: stays ? { label: stays.label, onClick: stays.onDismiss } : undefined,
        onDismiss: stays?.onDismiss,
        action: action
          ? {
              label: action.label,
              onClick: (event: MouseEvent) => {
                // It would close, and with it what is said next in the same place.
                if (!stays && !isProblem) event.preventDefault();
                action.run();
              },
            }
          : undefined,
      };
      if (isProblem) toast.error(said.text, options);
      else toast(said.text, options);
    };
    // What made this load was said before it was there to hear.
    show();
    return announcement.subscribe(show);
  }, []);
  useEffect(() => followUnsaved(), []);
  return (
    <Sonner
      expand
      className="font-sans!"
      position="bottom-center"
      offset={{ bottom }}
      mobileOffset={{ bottom }}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            'flex w-full items-center gap-3 rounded-card border bg-raised px-4 py-3 text-sm text-foreground shadow-raised sm:min-w-72',
          content: 'flex-1',
          icon: 'text-danger',
          actionButton: 'rounded-md px-2 py-1 font-medium text-accent hover:bg-hover',
          cancelButton: 'rounded-md px-2 py-1 font-medium text-muted hover:bg-hover',
        },
      }}
    />
  );
}

/** Shows what was not saved, all of it in one place, until it is answered. */
function followUnsaved(): () => void {
  // What is answered goes in a moment, and would take with it what fails in the same place meanwhile.
  let round = 0;
  const show = () => {
    const id = `unsaved-${round}`;
    const changes = unsaved.get();
    if (changes.length > 0) toast.error(textOf(changes), { id, duration: Infinity, ...answersTo(changes) });
    else {
      toast.dismiss(id);
      round += 1;
    }
  };
  show();
  return unsaved.subscribe(show);
}

function textOf(changes: readonly Unsaved[]): string | undefined {
  return changes.length === 1 ? changes[0]?.text : dialogsMessages.changes.unsaved(changes.length);
}

/** To try again, or to let it be: by a button, or by pushing it away. */
function answersTo(changes: readonly Unsaved[]) {
  const giveUp = () => answerUnsaved(changes);
  return {
    action: {
      label: changes.length === 1 ? errorMessages.retry : dialogsMessages.changes.retryAll,
      onClick: () => {
        answerUnsaved(changes);
        for (const { retry } of changes) retry();
      },
    },
    cancel: (
      <Button variant="ghost" size="icon" className="order-last" aria-label={dialogsMessages.task.close} onClick={giveUp}>
        <Icon of={X} className="pointer-events-none size-4" />
      </Button>
    ),
    onDismiss: giveUp,
  };
}
