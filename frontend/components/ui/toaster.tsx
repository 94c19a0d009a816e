'use client';

import { useEffect, type MouseEvent } from 'react';
import { toast, Toaster as Sonner } from 'sonner';
import { announcement } from '@/lib/announce';
import { useStore } from '@/lib/store';
import { selection } from '@/lib/tasks/selection';

/** One after the other in the same place: a pile of them would be read by nobody. */
const PLACE = 'announcement';

const OVER_THE_PAGE = 'calc(var(--floor) + 1.25rem)';
/** Of the tasks that are chosen there is a bar in the same place. */
const OVER_THE_BAR = 'calc(var(--floor) + 5.25rem)';

/** Shows what is announced. */
export default function Toaster() {
  const bottom = useStore(selection).size > 0 ? OVER_THE_BAR : OVER_THE_PAGE;
  useEffect(() => {
    const show = () => {
      const said = announcement.get();
      if (!said) return;
      const { action, stays } = said;
      const options = {
        id: stays?.id ?? PLACE,
        duration: stays ? Infinity : action ? 8_000 : 4_000,
        cancel: stays ? { label: stays.label, onClick: stays.onDismiss } : undefined,
        onDismiss: stays?.onDismiss,
        action: action
          ? {
              label: action.label,
              onClick: (event: MouseEvent) => {
                // It would close, and with it what is said next in the same place.
                if (!stays) event.preventDefault();
                action.run();
              },
            }
          : undefined,
      };
      if (said.tone === 'problem') toast.error(said.text, options);
      else toast(said.text, options);
    };
    // What made this load was said before it was there to hear.
    show();
    return announcement.subscribe(show);
  }, []);
  return (
    <Sonner
      className="font-sans!"
      position="bottom-center"
      offset={{ bottom }}
      mobileOffset={{ bottom }}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            // The page behind a dialog takes no clicks, and this stands before it.
            'pointer-events-auto flex w-full items-center gap-3 rounded-card border bg-raised px-4 py-3 text-sm text-foreground shadow-raised sm:min-w-72',
          content: 'flex-1',
          icon: 'text-danger',
          actionButton: 'rounded-md px-2 py-1 font-medium text-accent hover:bg-hover',
          cancelButton: 'rounded-md px-2 py-1 font-medium text-muted hover:bg-hover',
        },
      }}
    />
  );
}
