import { expect, test } from 'vitest';
import { byProject } from '@/lib/tasks/by-project';
import { example } from '@/lib/tasks/example';
import type { Group } from '@/lib/tasks/groups';

const project = (id: string, name: string) => ({ id, name, position: 1, created_at: '', updated_at: '', version: 1 });
const group = (key: string, ...tasks: [id: string, project: string | null][]): Group => ({
  key,
  title: key,
  isLate: key === 'overdue',
  tasks: tasks.map(([id, project_id]) => example({ id, project_id })),
});

test('sections are projects in their order, and in each what is due first comes first', () => {
  const dated = [group('overdue', ['late', 'garden']), group('today', ['now', 'house'], ['loose', null]), group('none', ['some day', 'garden'])];
  const sections = byProject(dated, [project('house', 'House'), project('garden', 'Garden'), project('boat', 'Boat')]);
  expect(sections.map(({ title, tasks }) => [title, tasks.map(({ id }) => id)])).toEqual([
    ['Inbox', ['loose']],
    ['House', ['now']],
    ['Garden', ['late', 'some day']],
  ]);
});

test('a task whose project is not known is not lost', () => {
  expect(byProject([group('none', ['orphan', 'gone'])], []).map(({ title }) => title)).toEqual(['Inbox']);
});
