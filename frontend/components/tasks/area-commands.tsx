'use client';

import { lazy, Suspense, useEffect, useMemo, useState, type RefObject } from 'react';
import type { TaskActions } from '@/components/tasks/actions';
import { AreaFocus } from '@/components/tasks/list/area-focus';
import type { Pick } from '@/components/tasks/pickers/use-picker';
import { useTasks } from '@/lib/tasks/provider';
import { useIsDrawn } from '@/lib/use-is-drawn';

const ListCommands = lazy(() => import('@/components/tasks/list/list-commands'));

type Props = {
  area: RefObject<HTMLElement | null>;
  actions: TaskActions;
  pick: Pick;
};

/** What the keyboard does where tasks are not in a list: the same as there. */
export function AreaCommands({ area, actions, pick }: Props) {
  const { byId } = useTasks();
  const [focus] = useState(() => new AreaFocus());
  useEffect(() => focus.follow(area.current, byId));
  const on = useMemo(() => ({ ...actions, pick }), [actions, pick]);
  return <Suspense fallback={null}>{useIsDrawn() ? <ListCommands focus={focus} on={on} /> : null}</Suspense>;
}
