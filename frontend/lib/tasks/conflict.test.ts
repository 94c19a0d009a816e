import { expect, test } from 'vitest';
import { createData } from '@/lib/data';
import { taskConflict } from '@/lib/tasks/conflict';
import { example } from '@/lib/tasks/example';
import { Conflicted } from '@/lib/tasks/send';
import { update, type TaskWrite } from '@/lib/tasks/write';

const conflictOf = (id: string) =>
  new Conflicted(
    update(example({ id, title: 'before' }), { title: 'mine', tags: ['a', 'b'] })!,
    example({ id, title: 'theirs', version: 7 }),
  );

test('both versions are told in words', () => {
  const { disputes } = taskConflict(createData(null), [conflictOf('a')], () => {});
  expect(disputes).toEqual([
    {
      title: 'theirs',
      fields: [
        { name: 'Title', mine: 'mine', theirs: 'theirs' },
        { name: 'Tags', mine: 'a, b', theirs: 'Nothing' },
      ],
    },
  ]);
});

test('of one task ours is written against what is there now', () => {
  const written: TaskWrite[] = [];
  taskConflict(createData(null), [conflictOf('a')], (write) => written.push(write)).keepMine();
  expect(written).toMatchObject([{ kind: 'update', id: 'a', version: 7, fields: { title: 'mine', tags: ['a', 'b'] } }]);
});

test('of several tasks all of ours are written together', () => {
  const written: TaskWrite[] = [];
  const conflict = taskConflict(createData(null), [conflictOf('a'), conflictOf('b')], (write) => written.push(write));
  expect(conflict.disputes).toHaveLength(2);
  conflict.keepMine();
  expect(written).toMatchObject([{ kind: 'batch', writes: [{ id: 'a', version: 7 }, { id: 'b', version: 7 }] }]);
});
