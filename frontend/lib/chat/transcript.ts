import type { ChatEvent, Item, Thread, Update, Widget } from '@/lib/chat/protocol';

/** A conversation as it is seen. */
export type Transcript = {
  thread: Thread | null;
  /** Oldest first. */
  items: readonly Item[];
  /** What went wrong on the other side: in its words, unless the same again may well succeed. */
  error: { message: string | null; canRetry: boolean } | null;
};

export const EMPTY: Transcript = { thread: null, items: [], error: null };

/** What becomes of a conversation by an event. Events of later versions change nothing. */
export function apply(transcript: Transcript, event: ChatEvent): Transcript {
  switch (event.type) {
    case 'thread.created':
    case 'thread.updated':
      return { ...transcript, thread: event.thread };
    case 'thread.item.added':
    case 'thread.item.done':
    case 'thread.item.replaced':
      return isKnown(event.item) ? { ...transcript, items: put(transcript.items, event.item) } : transcript;
    case 'thread.item.removed':
      return { ...transcript, items: transcript.items.filter(({ id }) => id !== event.item_id) };
    case 'thread.item.updated':
      return {
        ...transcript,
        items: transcript.items.map((item) => (item.id === event.item_id ? updated(item, event.update) : item)),
      };
    case 'error': {
      const canRetry = event.allow_retry ?? false;
      return { ...transcript, error: { message: canRetry ? null : (event.message ?? null), canRetry } };
    }
    default:
      return transcript;
  }
}

const KNOWN: ReadonlySet<string> = new Set<Item['type']>(['user_message', 'assistant_message', 'workflow', 'widget']);

/** What a later agent may send besides is not shown. */
export function isKnown(item: Item): boolean {
  return KNOWN.has(item.type);
}

/** In its place, if it was there: a turn that goes on after an interruption says again what was said. */
function put(items: readonly Item[], item: Item): readonly Item[] {
  const index = items.findIndex(({ id }) => id === item.id);
  return index === -1 ? [...items, item] : items.with(index, item);
}

function updated(item: Item, update: Update): Item {
  switch (update.type) {
    case 'workflow.task.added':
    case 'workflow.task.updated': {
      if (item.type !== 'workflow') return item;
      const tasks = [...item.workflow.tasks];
      tasks[update.task_index] = update.task;
      return { ...item, workflow: { ...item.workflow, tasks } };
    }
    case 'assistant_message.content_part.added':
    case 'assistant_message.content_part.done':
      return withPart(item, update.content_index, () => update.content);
    case 'assistant_message.content_part.text_delta':
      return withPart(item, update.content_index, (before) => ({ type: 'output_text', text: before + update.delta }));
    default:
      return item;
  }
}

type Part = { type: string; text: string };

function withPart(item: Item, index: number, part: (before: string) => Part): Item {
  if (item.type !== 'assistant_message') return item;
  const content = [...item.content];
  content[index] = part(content[index]?.text ?? '');
  return { ...item, content };
}

/**
 * What stays of a turn that is asked for again. Its steps keep their ids, its answer comes as
 * another; `known` are those that were there before the turn.
 */
export function withoutAnswer(items: readonly Item[], known: ReadonlySet<string>): readonly Item[] {
  const last = items.findLastIndex((item) => known.has(item.id) || !isOfAnswer(item));
  return items.slice(0, last + 1);
}

function isOfAnswer(item: Item): boolean {
  return item.type === 'assistant_message' || (item.type === 'widget' && item.widget.key?.startsWith('undo:') === true);
}

/** The text of a message. */
export function textOf(item: Extract<Item, { content: Part[] }>): string {
  return item.content.map(({ text }) => text).join('\n\n');
}

/** What is to be heard of new items by somebody who does not see them: what is answered and asked. */
export function heardOf(items: readonly Item[]): string {
  const parts = items.map((item) => {
    if (item.type === 'assistant_message') return textOf(item);
    return item.type === 'widget' && isQuestion(item.widget) ? (titleOf(item.widget) ?? '') : '';
  });
  return parts.filter(Boolean).join('\n');
}

/** Whether a card asks for the person's yes; otherwise it offers to take something back. */
export function isQuestion(card: Widget): boolean {
  return card.key?.startsWith('confirm:') ?? false;
}

function titleOf(card: Widget): string | undefined {
  return card.children?.find(({ type }) => type === 'Title')?.value;
}
