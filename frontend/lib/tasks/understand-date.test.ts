import { expect, test } from 'vitest';
import type { Api, Due, Schemas } from '@/lib/api';
import { understandDate } from '@/lib/tasks/quick';

/** A server that understands this of whatever it is asked. */
function server(due: Due | null) {
  const asked: Schemas['QuickText'][] = [];
  const post = async (_: string, { body }: { body: Schemas['QuickText'] }) => {
    asked.push(body);
    return { data: { understood: { title: 'due', due, tags: [], reminders: [], spans: [] } } };
  };
  return { asked, api: { POST: post } as unknown as Api };
}

test('words for a date are asked for as a date, and change nothing', async () => {
  const friday = { kind: 'floating', local: '2026-11-27T15:00:00' } as const;
  const { asked, api } = server(friday);
  expect(await understandDate(api, 'fri 3pm')).toEqual(friday);
  expect(asked).toEqual([{ text: 'due fri 3pm', preview: true }]);
});

test('what is no date is none', async () => {
  expect(await understandDate(server(null).api, 'soon')).toBeNull();
});
