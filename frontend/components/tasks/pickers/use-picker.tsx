'use client';

import { lazy, Suspense, useCallback, useState, type ReactNode } from 'react';
import type { Task } from '@/lib/api';

export type PickerKind = 'due' | 'priority' | 'project' | 'tags' | 'recurrence' | 'reminders';

/** What is being picked, for the tasks as they were seen then, beside what was pressed. */
export type Picking = { kind: PickerKind; tasks: readonly Task[]; anchor: HTMLElement };

/** Opens a picker for a task, or for several. */
export type Pick = (kind: PickerKind, what: Task | readonly Task[], anchor: HTMLElement) => void;

const Picker = lazy(() => import('@/components/tasks/pickers/picker'));

/** One picker for a whole list or sheet; draw `element` within what it belongs to. */
export function usePicker(): { pick: Pick; element: ReactNode } {
  const [picking, setPicking] = useState<Picking | null>(null);
  const pick = useCallback<Pick>(
    (kind, what, anchor) => setPicking({ kind, tasks: 'id' in what ? [what] : what, anchor }),
    [],
  );
  const element = picking ? (
    <Suspense fallback={null}>
      <Picker key={`${picking.kind} ${picking.tasks[0]?.id}`} {...picking} onClose={() => setPicking(null)} />
    </Suspense>
  ) : null;
  return { pick, element };
}
