'use client';

import { lazy, Suspense, useCallback, useState, type ReactNode } from 'react';
import type { Task } from '@/lib/api';

export type PickerKind = 'due' | 'priority' | 'project' | 'tags';

/** What is being picked, for the task as it was seen then, beside what was pressed. */
export type Picking = { kind: PickerKind; task: Task; anchor: HTMLElement };

const Picker = lazy(() => import('@/components/tasks/pickers/picker'));

/** One picker for a whole list or sheet; draw `element` within what it belongs to. */
export function usePicker(): { pick: (kind: PickerKind, task: Task, anchor: HTMLElement) => void; element: ReactNode } {
  const [picking, setPicking] = useState<Picking | null>(null);
  const pick = useCallback(
    (kind: PickerKind, task: Task, anchor: HTMLElement) => setPicking({ kind, task, anchor }),
    [],
  );
  const element = picking ? (
    <Suspense fallback={null}>
      <Picker key={`${picking.task.id} ${picking.kind}`} {...picking} onClose={() => setPicking(null)} />
    </Suspense>
  ) : null;
  return { pick, element };
}
