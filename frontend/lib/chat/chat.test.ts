import { expect, test } from 'vitest';
import type { ChatEvent, Item, Widget } from '@/lib/chat/protocol';
import { eventData } from '@/lib/chat/sse';
import { apply, EMPTY, heardOf, textOf, withoutAnswer, type Transcript } from '@/lib/chat/transcript';

function streamOf(...chunks: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk);
      controller.close();
    },
  });
}

async function all(stream: ReadableStream<Uint8Array>): Promise<string[]> {
  const found: string[] = [];
  for await (const data of eventData(stream)) found.push(data);
  return found;
}

test('frames come as they were sent, wherever the network has cut them', async () => {
  expect(await all(streamOf('data: {"a":1}\n\nda', 'ta: {"b"', ':2}\n', '\n'))).toEqual(['{"a":1}', '{"b":2}']);
  expect(await all(streamOf('data: one\r\n\r\n: nothing\n\ndata: two\ndata: lines\n\n'))).toEqual(['one', 'two\nlines']);
  const [first, second] = [new TextEncoder().encode('data: ü\n\n').slice(0, 7), new TextEncoder().encode('data: ü\n\n').slice(7)];
  expect(await all(streamOf(first, second))).toEqual(['ü']);
});

test('a frame that is not whole is none', async () => {
  expect(await all(streamOf('data: one\n\ndata: tw'))).toEqual(['one']);
});

const common = { thread_id: 't', created_at: '2026-11-29T12:00:00Z' };
const message = (id: string, text: string): Item => ({
  ...common, id, type: 'user_message', content: [{ type: 'input_text', text }],
});
const answer = (id: string, ...texts: string[]): Item => ({
  ...common, id, type: 'assistant_message', content: texts.map((text) => ({ type: 'output_text', text })),
});
const play = (events: ChatEvent[], from: Transcript = EMPTY) => events.reduce(apply, from);

const TURN: ChatEvent[] = [
  { type: 'thread.created', thread: { id: 't', title: null, created_at: common.created_at } },
  { type: 'thread.item.done', item: message('u', 'Buy milk') },
  { type: 'thread.item.added', item: { ...common, id: 'w', type: 'workflow', workflow: { type: 'custom', tasks: [] } } },
  { type: 'thread.item.updated', item_id: 'w', update: { type: 'workflow.task.added', task_index: 0, task: { type: 'custom', title: 'Add a task', status_indicator: 'loading' } } },
  { type: 'thread.item.updated', item_id: 'w', update: { type: 'workflow.task.updated', task_index: 0, task: { type: 'custom', title: 'Add a task', status_indicator: 'complete', content: 'Added “Buy milk”.' } } },
  { type: 'thread.item.added', item: answer('a') },
  { type: 'thread.item.updated', item_id: 'a', update: { type: 'assistant_message.content_part.added', content_index: 0, content: { type: 'output_text', text: '' } } },
  { type: 'thread.item.updated', item_id: 'a', update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: 'It is ' } },
  { type: 'thread.item.updated', item_id: 'a', update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: 'there.' } },
];

test('a turn becomes what is seen of it', () => {
  const { thread, items } = play(TURN);
  expect(thread?.id).toBe('t');
  expect(items.map(({ type }) => type)).toEqual(['user_message', 'workflow', 'assistant_message']);
  const [, workflow, said] = items;
  expect(workflow?.type === 'workflow' && workflow.workflow.tasks).toEqual([
    { type: 'custom', title: 'Add a task', status_indicator: 'complete', content: 'Added “Buy milk”.' },
  ]);
  expect(said?.type === 'assistant_message' && textOf(said)).toBe('It is there.');
});

const undoCard: Item = { ...common, id: 'undo_1', type: 'widget', widget: { type: 'Card', key: 'undo:1' } };
const question: Item = {
  ...common, id: 'confirm_1', type: 'widget',
  widget: { type: 'Card', key: 'confirm:1', children: [{ type: 'Title', value: 'Delete 6 tasks?' }, { type: 'Text', value: '“a”: delete' }] },
};
const done = (item: Item): ChatEvent => ({ type: 'thread.item.done', item });

test('a turn that goes on after an interruption stands there once, whatever its answer is called now', () => {
  const before = play([...TURN, done(question), done(answer('b', 'Half of'))]);
  const kept = withoutAnswer(before.items, new Set());
  expect(kept.map(({ id }) => id)).toEqual(['u', 'w', 'a', 'confirm_1']);
  const again = play([...TURN.slice(1, 5), done(answer('c', 'All of it')), done(undoCard)], { ...before, items: kept });
  expect(again.items.map(({ id }) => id)).toEqual(['u', 'w', 'a', 'confirm_1', 'c', 'undo_1']);
  expect(withoutAnswer(again.items, new Set()).map(({ id }) => id)).toEqual(['u', 'w', 'a', 'confirm_1']);
});

test('what was said before the turn is left alone', () => {
  const { items } = play([...TURN, done(undoCard)]);
  expect(withoutAnswer(items, new Set(items.map(({ id }) => id)))).toEqual(items);
  expect(withoutAnswer([], new Set())).toEqual([]);
});

test('of a turn its answers and questions are heard, and not what is on buttons', () => {
  const { items } = play([...TURN, done(question), done(undoCard)]);
  expect(heardOf(items)).toBe('It is there.\nDelete 6 tasks?');
});

test('the whole of an answer counts, and not its pieces', () => {
  const whole = { type: 'output_text', text: 'It is there now.' };
  const part: ChatEvent = { type: 'thread.item.updated', item_id: 'a', update: { type: 'assistant_message.content_part.done', content_index: 0, content: whole } };
  const said = play([part], play(TURN)).items.at(-1);
  expect(said?.type === 'assistant_message' && textOf(said)).toBe('It is there now.');
});

test('an update of something else, or of nothing that is there, changes nothing', () => {
  const before = play(TURN);
  const delta = { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: 'x' } as const;
  for (const id of ['u', 'w', 'nowhere']) {
    expect(play([{ type: 'thread.item.updated', item_id: id, update: delta }], before).items).toEqual(before.items);
  }
});

test('a card is replaced where it stands, and what nobody knows changes nothing', () => {
  const card = (widget: Widget): Item => ({ ...common, id: 'c', type: 'widget', widget });
  const before = play([
    { type: 'thread.item.done', item: card({ type: 'Card', key: 'confirm:1' }) },
    { type: 'thread.item.done', item: message('u', 'Yes') },
  ]);
  const after = play([{ type: 'thread.item.replaced', item: card({ type: 'Card', key: 'confirm:1', children: [] }) }], before);
  expect(after.items.map(({ id }) => id)).toEqual(['c', 'u']);
  const strange = [
    { type: 'progress_update', text: 'x' },
    { type: 'stream_options', stream_options: { allow_cancel: true } },
    { type: 'thread.item.done', item: { ...common, id: 'x', type: 'hologram' } },
  ] as unknown as ChatEvent[];
  expect(play(strange, after)).toEqual(after);
});

test('what the agent says went wrong is kept, unless it may go well in a moment', () => {
  expect(play([{ type: 'error', message: 'Not yours', allow_retry: false }]).error).toEqual({ message: 'Not yours', canRetry: false });
  expect(play([{ type: 'error', message: 'the model: 503', allow_retry: true }]).error).toEqual({ message: null, canRetry: true });
});
