import { expect, test, vi } from 'vitest';
import { announcement } from '@/lib/announce';
import { Invalid } from '@/lib/api/errors';
import { createData, knownTasks, putTasks } from '@/lib/data';
import { example } from '@/lib/tasks/example';
import { snooze } from '@/lib/tasks/snooze';

const task = example({ id: 'a', reminders: [{ id: 'r', when: { kind: 'before', minutes: 10 }, channels: [] }] });
const server = vi.hoisted(() => ({ refusal: null as Error | null }));
const UNTIL = '2099-01-01T09:00:00Z';

vi.mock('@/lib/api/client', () => ({
  pageApi: {
    POST: async () => {
      if (server.refusal) throw server.refusal;
      return { response: new Response(null, { headers: { 'x-change-set-id': 'c' } }) };
    },
    GET: async () => ({ data: { ...task, version: 2 } }),
  },
}));

function page() {
  const data = createData(null);
  putTasks(data, [task]);
  return { data, until: () => knownTasks(data).byId.get('a')?.reminders[0]?.snoozed_until };
}

test('a reminder is snoozed at once, and that can be taken back', async () => {
  const { data, until } = page();
  const done = snooze(data, 'a', 'r', { until: UNTIL });
  expect(until()).toBe(UNTIL);
  await done;
  expect(knownTasks(data).byId.get('a')?.version).toBe(2);
  expect(announcement.get()).toMatchObject({ action: { label: 'Undo' } });
});

test('a reminder that cannot be snoozed is as before', async () => {
  server.refusal = new Invalid({ status: 422, code: 'invalid', detail: '`until` must lie ahead', field: 'until' }, null);
  const { data, until } = page();
  await snooze(data, 'a', 'r', { until: UNTIL });
  expect(until()).toBeUndefined();
  expect(announcement.get()).toMatchObject({ tone: 'problem', text: '`until` must lie ahead' });
});
