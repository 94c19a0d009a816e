import { Conflict, messageOf, NetworkError, TooManyRequests, Unavailable } from '@/lib/api/errors';
import { ask, stream } from '@/lib/chat/client';
import { inputOf, type Action, type Item, type Page, type StreamRequest, type Thread } from '@/lib/chat/protocol';
import { apply, EMPTY, heardOf, isKnown, withoutAnswer, type Transcript } from '@/lib/chat/transcript';
import { randomId } from '@/lib/id';
import { createStore, type Store } from '@/lib/store';

const PAGE = 50;

export type State = Transcript & {
  /** A turn goes on. */
  isWorking: boolean;
  /** The last turn was stopped before its end. */
  isStopped: boolean;
  /** What was said and is not there yet. */
  said: string | null;
  /** What the last turn answered and asked, once it is over. */
  heard: string;
  /** The conversation is read. */
  isLoading: boolean;
  /** What there is to be read before the oldest item. */
  before: string | null;
};

const BLANK: State = { ...EMPTY, isWorking: false, isStopped: false, said: null, heard: '', isLoading: false, before: null };

/** A turn that can be asked for again, and what was there before it. */
type Turn = { request: StreamRequest; key: string; said: string | null; known: ReadonlySet<string> };

/** One conversation with the agent: what was said, and what goes on. */
export class Conversation {
  readonly state: Store<State>;
  /** What is typed and not sent. */
  readonly draft = createStore('');
  /** Tells one that is not kept yet from the next. */
  readonly key = randomId();
  #turn: Turn | null = null;
  #running: AbortController | null = null;

  constructor(threadId: string | null) {
    this.state = createStore<State>({ ...BLANK, isLoading: threadId !== null });
    if (threadId !== null) void this.#load(threadId);
  }

  async say(text: string): Promise<void> {
    const thread = this.state.get().thread;
    const input = inputOf(text);
    const request: StreamRequest = thread
      ? { type: 'threads.add_user_message', params: { thread_id: thread.id, input } }
      : { type: 'threads.create', params: { input } };
    await this.#begin(request, text);
  }

  /** Presses a button of a card. */
  async act(item: Item, action: Action): Promise<void> {
    const params = { thread_id: item.thread_id, item_id: item.id, action };
    await this.#begin({ type: 'threads.custom_action', params }, null);
  }

  /** The same turn once more: what it did already is not done again. */
  async retry(): Promise<void> {
    const turn = this.#turn;
    if (!turn || this.#running) return;
    this.state.set((state) => ({ ...state, items: withoutAnswer(state.items, turn.known) }));
    await this.#run(turn);
  }

  /** What was done by then stays done. */
  stop(): void {
    this.#running?.abort();
  }

  /** Reads what was said before the oldest item. */
  async readBefore(): Promise<void> {
    const { thread, before } = this.state.get();
    if (!thread || before === null) return;
    const page = await readItems(thread.id, before);
    this.state.set((state) => ({ ...state, items: [...page.items, ...state.items], before: page.before }));
  }

  async #load(threadId: string): Promise<void> {
    try {
      const [thread, page] = await Promise.all([
        ask<Thread>({ type: 'threads.get_by_id', params: { thread_id: threadId } }),
        readItems(threadId, null),
      ]);
      this.state.set((state) => ({ ...state, thread, ...page, isLoading: false }));
    } catch (error) {
      this.#fail(error, false);
    }
  }

  async #begin(request: StreamRequest, said: string | null): Promise<void> {
    if (this.#running) return;
    const known = new Set(this.state.get().items.map(({ id }) => id));
    await this.#run({ request, key: randomId(), said, known });
  }

  async #run(turn: Turn): Promise<void> {
    this.#turn = turn;
    const running = (this.#running = new AbortController());
    this.state.set((state) => ({ ...state, isWorking: true, isStopped: false, said: turn.said, heard: '', error: null }));
    try {
      for await (const event of stream(turn.request, turn.key, running.signal)) {
        this.state.set((state) => {
          const isSaid = event.type === 'thread.item.done' && event.item.type === 'user_message';
          return { ...state, ...apply(state, event), said: isSaid ? null : state.said };
        });
      }
      this.state.set((state) => ({ ...state, said: null }));
    } catch (error) {
      if (!running.signal.aborted) this.#giveUp(turn, error);
    }
    this.#running = null;
    this.state.set((state) => ({
      ...state,
      isWorking: false,
      isStopped: running.signal.aborted,
      heard: heardOf(state.items.filter(({ id }) => !turn.known.has(id))),
    }));
  }

  #giveUp({ said }: Turn, error: unknown): void {
    const canRetry = isPassing(error);
    this.#fail(error, canRetry);
    if (canRetry || said === null) return;
    // What is not taken as it is, can be changed.
    this.draft.set(said);
    this.state.set((state) => ({ ...state, said: null }));
  }

  #fail(error: unknown, canRetry: boolean): void {
    this.state.set((state) => ({ ...state, isLoading: false, error: { message: messageOf(error), canRetry } }));
  }
}

/** Whether the same turn may well go on in a moment. One that somebody else holds is let go of soon. */
function isPassing(error: unknown): boolean {
  return [NetworkError, Unavailable, TooManyRequests, Conflict].some((kind) => error instanceof kind);
}

async function readItems(threadId: string, after: string | null): Promise<{ items: Item[]; before: string | null }> {
  const params = { thread_id: threadId, limit: PAGE, order: 'desc', ...(after === null ? {} : { after }) } as const;
  const page = await ask<Page<Item>>({ type: 'items.list', params });
  return { items: page.data.filter(isKnown).reverse(), before: page.has_more ? page.after : null };
}

/** The conversation that the panel shows. It stays when the panel is closed, and goes with the page. */
export const shown: Store<Conversation> = createStore(new Conversation(null));

/** Shows another conversation, or a new one. What goes on in the one before is stopped. */
export function showConversation(threadId: string | null): void {
  shown.get().stop();
  shown.set(new Conversation(threadId));
}
