'use client';

import { X } from 'lucide';
import { useEffect, useRef, useState } from 'react';
import ChatPanel from '@/components/chat/chat-panel';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { CHATKIT_SCRIPT } from '@/lib/chat/openai';
import { chatMessages } from '@/lib/messages/chat';
import { ofThisPage } from '@/lib/page-user';

const ELEMENT = 'openai-chatkit';
/** Whoever waits longer than this is better served by what is here. */
const PATIENCE_MILLISECONDS = 5_000;

/** The element that the script defines, as far as it is used here. */
type ChatKit = HTMLElement & { setOptions: (options: { api: Api }) => void };

type Api = { url: string; domainKey: string; fetch: (input: RequestInfo | URL, init?: RequestInit) => Promise<Response> };

type Props = { domainKey: string; onClose: () => void };

/** OpenAI's own panel, over the same protocol; ours where its script cannot be had. */
export default function OpenAiChat({ domainKey, onClose }: Props) {
  const state = useScript();
  if (state === 'missing') return <ChatPanel onClose={onClose} />;
  return (
    <div className="flex h-full flex-col">
      <div className="flex h-13 shrink-0 items-center justify-between border-b px-4">
        <h2 className="font-semibold">{chatMessages.title}</h2>
        <Button variant="ghost" size="icon" aria-label={chatMessages.close} title={chatMessages.close} onClick={onClose}>
          <Icon of={X} className="size-4" />
        </Button>
      </div>
      {state === 'here' ? <Element domainKey={domainKey} /> : null}
    </div>
  );
}

function Element({ domainKey }: { domainKey: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = document.createElement(ELEMENT) as ChatKit;
    const url = new URL('/api/chat', window.location.origin).href;
    // Asked from this page, whose session it is.
    element.setOptions({ api: { url, domainKey, fetch: (input, init) => fetch(ofThisPage(new Request(input, init))) } });
    place.current?.append(element);
    return () => element.remove();
  }, [domainKey]);
  return <div ref={place} className="min-h-0 flex-1 *:block *:size-full" />;
}

/** Whether the script has come. */
function useScript(): 'loading' | 'here' | 'missing' {
  const [state, setState] = useState<'loading' | 'here' | 'missing'>(() =>
    customElements.get(ELEMENT) ? 'here' : 'loading',
  );
  useEffect(() => {
    if (state !== 'loading') return;
    const script = document.createElement('script');
    script.src = CHATKIT_SCRIPT;
    script.async = true;
    script.onerror = () => setState('missing');
    document.head.append(script);
    const timer = setTimeout(() => setState((now) => (now === 'loading' ? 'missing' : now)), PATIENCE_MILLISECONDS);
    void customElements.whenDefined(ELEMENT).then(() => setState((now) => (now === 'loading' ? 'here' : now)));
    return () => clearTimeout(timer);
  }, [state]);
  return state;
}
