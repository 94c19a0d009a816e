import { expect, test, vi } from 'vitest';
import { announcement } from '@/lib/announce';
import { createData } from '@/lib/data';
import type { Item } from '@/lib/notifications/change';
import { tell } from '@/lib/notifications/tell';

const server = vi.hoisted(() => ({ items: [] as Item[], read: [] as string[] }));
const opened = vi.hoisted((): string[] => []);

vi.mock('@/lib/open-task', () => ({ openTask: (id: string) => opened.push(id) }));
vi.mock('@/lib/api/client', () => ({
  pageApi: {
    GET: async (path: string) => ({ data: path === '/notifications' ? { items: server.items } : { unread: 0 } }),
    POST: async (_: string, { body }: { body: { ids: string[] } }) => {
      server.read.push(...body.ids);
      return { response: new Response(null) };
    },
  },
}));

const data = createData(null);

/** The newest stands first, as the server gives them. */
function comes(id: string, fields: Partial<Item> = {}): void {
  const at = new Date().toISOString();
  const item: Item = { id, kind: 'reminder', task_id: `task-${id}`, task_title: id.toUpperCase(), at, created_at: at, ...fields };
  server.items = [item, ...server.items];
  tell(data, id);
}

const told = () => announcement.get();
const isTold = (text: string) => vi.waitFor(() => expect(told()?.text).toBe(text), 20_000);

test('reminders that come together are told one after the other, and none twice', async () => {
  comes('a');
  comes('b');
  await isTold('Reminder: A (and 1 more)');
  comes('c');
  await isTold('Reminder: A (and 2 more)');
  const stays = told()?.stays;
  stays?.onDismiss();
  stays?.onDismiss();
  expect(told()?.text).toBe('Reminder: B (and 1 more)');
  told()?.action?.run();
  expect(told()?.text).toBe('Reminder: C');
  expect(opened).toEqual(['task-b']);
  await vi.waitFor(() => expect(server.read).toEqual(['b']), 20_000);
  told()?.stays?.onDismiss();

  tell(data, 'a');
  comes('d');
  await isTold('Reminder: D');
  told()?.stays?.onDismiss();
});

test('nobody is called by what is old, of no task, or no reminder', async () => {
  comes('old', { created_at: new Date(Date.now() - 130_000).toISOString() });
  comes('gone', { task_title: null });
  comes('failed', { kind: 'reminder_failed' });
  comes('new');
  await isTold('Reminder: NEW');
});
