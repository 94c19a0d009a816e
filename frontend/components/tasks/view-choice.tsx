'use client';

import { SlidersHorizontal } from 'lucide';
import { useSearchParams } from 'next/navigation';
import { lazy, useEffect, type Dispatch, type SetStateAction } from 'react';
import { createPortal } from 'react-dom';
import { CompletedTasks } from '@/components/tasks/completed-tasks';
import { useElement } from '@/components/tasks/list/tools/use-element';
import type { Choose } from '@/components/tasks/task-view';
import { LaterMenu } from '@/components/ui/later-menu';
import { viewsMessages } from '@/lib/messages/views';
import { choiceOf, chosenGroups } from '@/lib/tasks/choice';
import type { Group, Shown } from '@/lib/tasks/groups';
import type { Scope } from '@/lib/tasks/scope';

const load = () => import('@/components/tasks/view-menu');
const ViewMenu = lazy(load);
const text = viewsMessages.view;

type Props = { scope: Scope; onChoose: Dispatch<SetStateAction<Choose | undefined>> };

/**
 * With what and in which order a list is seen, as the address says it. It comes after the list, and
 * puts its menu into the heading that is there.
 */
export default function ViewChoice({ scope, onChoose }: Props) {
  const { hasDone, sort } = choiceOf(useSearchParams());
  // What is due is all that these two are about.
  const isOffered = scope.kind !== 'today' && scope.kind !== 'upcoming';
  const slot = useElement('main [data-choice]');
  useEffect(() => {
    if (!isOffered || (!hasDone && sort === null)) return;
    onChoose(() => (shown: Shown, usual: readonly Group[]) => chosenGroups(shown, usual, { hasDone, sort }));
    return () => onChoose(undefined);
  }, [isOffered, hasDone, sort, onChoose]);
  if (!isOffered || !slot) return null;
  return (
    <>
      {createPortal(
        <>
          {sort === null ? null : <span className="text-xs text-muted max-sm:sr-only">{text.sorts[sort]}</span>}
          <LaterMenu label={text.label} icon={SlidersHorizontal} load={load}>
            <ViewMenu scope={scope} />
          </LaterMenu>
        </>,
        slot,
      )}
      {hasDone ? <CompletedTasks scope={scope} /> : null}
    </>
  );
}
