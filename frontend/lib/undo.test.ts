import { readdirSync, readFileSync } from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';
import { announcement } from '@/lib/announce';
import type { UndoReport } from '@/lib/api';
import { createData } from '@/lib/data';
import { noteChange, undoLast } from '@/lib/undo';

const { undone } = vi.hoisted(() => ({ undone: [] as string[] }));

vi.mock('@/lib/api/client', () => ({
  pageApi: {
    POST: async (_: string, { body }: { body: { change_set_id: string } }) => {
      undone.push(body.change_set_id);
      const data: UndoReport = { undone: [], skipped: [] };
      return { data, response: new Response(null, { headers: { 'x-change-set-id': `undo of ${body.change_set_id}` } }) };
    },
  },
}));

const data = createData(null);

/** Presses what is offered, and waits for what is told then. */
async function press(): Promise<void> {
  const before = announcement.get();
  before?.action?.run();
  await vi.waitFor(() => expect(announcement.get()).not.toBe(before));
}

beforeEach(() => void undone.splice(0));

test('what was done is told with a way back, and that with a way forth', async () => {
  noteChange(data, 'Project changed', 'c');
  expect(announcement.get()).toMatchObject({ text: 'Project changed', tone: 'done', action: { label: 'Undo' } });
  await press();
  expect(undone).toEqual(['c']);
  expect(announcement.get()).toMatchObject({ text: 'Undone', action: { label: 'Redo' } });
  await press();
  expect(undone).toEqual(['c', 'undo of c']);
});

test('what took more than one change-set is taken back as a whole, the newest first', async () => {
  noteChange(data, '3 tasks changed', ['c1', 'c2']);
  await press();
  expect(undone).toEqual(['c2', 'c1']);
});

test('where some of it was not done the rest can be taken back, and only once', async () => {
  noteChange(data, 'Couldn’t change 1 task: gone', 'c', 'problem');
  expect(announcement.get()).toMatchObject({ tone: 'problem', action: { label: 'Undo' } });
  await undoLast(data);
  await undoLast(data);
  expect(undone).toEqual(['c']);
  expect(announcement.get()?.text).toBe('Nothing to undo');
});

/** What writes something that the server can take back. */
const WRITES = /\bapi\.(?:POST|PUT|PATCH|DELETE)\(\s*'\/(?:tasks(?!\/quick)|projects|tags|profile|reminders|import)\b/;

test('whatever can be taken back is offered to be', () => {
  const root = `${import.meta.dirname}/..`;
  const files = ['app', 'components', 'lib'].flatMap((folder) =>
    readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  );
  const sources = files.filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.'));
  const silent = sources.filter((file) => {
    const source = readFileSync(`${root}/${file}`, 'utf8');
    return WRITES.test(source) && !source.includes('noteChange(');
  });
  // At signing up there is nothing to go back to; and what tasks are told, their writer notes.
  expect(silent.sort()).toEqual(['components/auth/time-zone.ts', 'lib/tasks/send.ts']);
});
