import { expect, test } from 'vitest';
import { outcomeOf } from '@/lib/confirmations/decide';
import { previewOf, type Confirmation } from '@/lib/confirmations/preview';

const asked = (preview: unknown): Confirmation => ({
  id: '1',
  tool: 'batch_tasks',
  input: {},
  preview: preview as Confirmation['preview'],
  created_at: '2026-11-29T12:00:00Z',
  expires_at: '2026-11-30T12:00:00Z',
});

test('a question says what would become of which task', () => {
  const diff = [{ id: 'a', title: 'Buy milk', change: 'delete' }, { title: 'Next', change: 'create' }];
  expect(previewOf(asked({ sentence: 'Delete 8 tasks?', diff, more: 6 }))).toEqual({
    sentence: 'Delete 8 tasks?',
    lines: [{ id: 'a', title: 'Buy milk', change: 'delete' }, { id: null, title: 'Next', change: 'create' }],
    more: 6,
  });
});

test('of a preview that is none as much is shown as there is', () => {
  expect(previewOf(asked({}))).toEqual({ sentence: 'batch_tasks', lines: [], more: 0 });
  expect(previewOf(asked({ sentence: 7, diff: ['x', null, { title: 'a' }], more: '1' }))).toEqual({
    sentence: 'batch_tasks',
    lines: [{ id: null, title: '', change: '' }, { id: null, title: '', change: '' }, { id: null, title: 'a', change: '' }],
    more: 0,
  });
});

test('what became of a decision, and how it is taken back', () => {
  expect(outcomeOf({ decision: 'no' })).toEqual({ kind: 'refused' });
  expect(outcomeOf({ decision: 'expired' })).toEqual({ kind: 'expired' });
  expect(outcomeOf({ decision: 'yes', result: { summary: 'Deleted 6 tasks.', change_set_id: 'c' } })).toEqual({
    kind: 'done', summary: 'Deleted 6 tasks.', changeSetId: 'c',
  });
  expect(outcomeOf({ decision: 'yes', answer: { content: 'Deleted.', tool_calls: [{ is_error: false }], confirmations: [], change_set_ids: ['d'] } })).toEqual({
    kind: 'done', summary: 'Deleted.', changeSetId: 'd',
  });
});

test('what was not done is not said to be done', () => {
  const answer = { content: 'No.', tool_calls: [{ is_error: true }], confirmations: [], change_set_ids: [] };
  expect(outcomeOf({ decision: 'yes', answer })).toEqual({ kind: 'failed', summary: 'No.' });
  expect(outcomeOf({ decision: 'yes', result: { status: 'error', summary: 'It is gone.' } })).toEqual({ kind: 'failed', summary: 'It is gone.' });
  const forBoth = { status: 'error', summary: 'It is gone. Find it with search_tasks.', for_people: 'It is gone.' };
  expect(outcomeOf({ decision: 'yes', result: forBoth })).toEqual({ kind: 'failed', summary: 'It is gone.' });
  expect(outcomeOf({ decision: 'yes', result: { confirmation_id: '2' } })).toEqual({ kind: 'askedAgain' });
  expect(outcomeOf({ decision: 'yes', answer: { ...answer, confirmations: [{}] } })).toEqual({ kind: 'askedAgain' });
});
