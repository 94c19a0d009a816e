import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { DueLabel } from '@/components/tasks/due-label';
import { clockAt } from '@/lib/tasks/due';
import { example } from '@/lib/tasks/example';

const clock = clockAt(Date.parse('2026-11-21T10:00:00Z'), 'UTC');
const morning = example({ due: { kind: 'floating', local: '2026-11-21T08:00:00' } });
const drawn = (task: typeof morning) => renderToStaticMarkup(<DueLabel task={task} clock={clock} />);

test('what is late says so, and not by its colour alone', () => {
  expect(drawn(morning)).toMatch(/title="Overdue".*>Overdue<\/span>/);
  expect(drawn({ ...morning, completed: true })).not.toContain('Overdue');
  expect(drawn(example({ due: { kind: 'floating', local: '2026-11-21T12:00:00' } }))).not.toContain('Overdue');
});

test('a time that counts elsewhere names the place, also when it has passed there', () => {
  const elsewhere = example({ due: { kind: 'zoned', local: '2026-11-21T08:00:00', zone: 'Europe/Berlin' }, due_at: '2026-11-21T07:00:00Z' });
  expect(drawn(elsewhere)).toContain('title="Overdue, Europe/Berlin"');
});
