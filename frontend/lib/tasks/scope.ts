import type { NewTask } from '@/lib/api';
import { addDays, type Day } from '@/lib/time/day';

/** Which tasks a view shows. */
export type Scope =
  | { kind: 'all' }
  | { kind: 'today' }
  | { kind: 'upcoming' }
  | { kind: 'inbox' }
  | { kind: 'project'; id: string }
  | { kind: 'tag'; name: string };

/** What a task needs so that it shows up in the view in which it was added. */
export function defaultsFor(scope: Scope, today: Day): Omit<NewTask, 'title'> {
  switch (scope.kind) {
    case 'today':
      return { due: { kind: 'date', date: today } };
    case 'upcoming':
      return { due: { kind: 'date', date: addDays(today, 1) } };
    case 'project':
      return { project_id: scope.id };
    case 'tag':
      return { tags: [scope.name] };
    case 'all':
    case 'inbox':
      return {};
  }
}
