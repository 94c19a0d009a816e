'use client';

import { ArrowUp, Square } from 'lucide';
import type { FormEvent, KeyboardEvent } from 'react';
import { Icon } from '@/components/ui/icon';
import type { Conversation } from '@/lib/chat/conversation';
import { chatMessages } from '@/lib/messages/chat';
import { useStore } from '@/lib/store';

const text = chatMessages;
/** As the backend counts, or less. */
const MAX_LENGTH = 32_000;

/** Enter sends, Shift and Enter begins a line. What is typed while a turn goes on waits. */
export function MessageField({ conversation, isWorking }: { conversation: Conversation; isWorking: boolean }) {
  const typed = useStore(conversation.draft);
  const message = typed.trim();
  const send = () => {
    if (message === '' || isWorking) return;
    conversation.draft.set('');
    void conversation.say(message);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form onSubmit={submit} className="flex shrink-0 items-end gap-2 border-t p-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
      <textarea
        autoFocus
        rows={1}
        value={typed}
        maxLength={MAX_LENGTH}
        aria-label={text.field}
        placeholder={text.placeholder}
        onChange={(event) => conversation.draft.set(event.target.value)}
        onKeyDown={press}
        className="field-sizing-content max-h-40 min-h-10 min-w-0 flex-1 resize-none rounded-control border border-line-strong/60 bg-raised px-3 py-2 text-base placeholder:text-muted sm:text-sm"
      />
      {/* One button, so that who has pressed it is still there. */}
      <button
        type={isWorking ? 'button' : 'submit'}
        aria-label={isWorking ? text.stop : text.send}
        aria-disabled={!isWorking && message === ''}
        onClick={isWorking ? () => conversation.stop() : undefined}
        className="grid size-10 shrink-0 place-items-center rounded-full bg-accent text-on-accent aria-disabled:opacity-50"
      >
        {isWorking ? <Icon of={Square} className="size-3.5" fill="currentColor" /> : <Icon of={ArrowUp} className="size-5" />}
      </button>
    </form>
  );
}
