'use client';

import { CalendarDays, CircleCheckBig, Inbox, Sun } from 'lucide';
import type { ReactNode } from 'react';
import { TaskView, type Regroup } from '@/components/tasks/task-view';
import { ViewHeading } from '@/components/tasks/view-heading';
import type { IconNode } from '@/components/ui/icon';
import { messages } from '@/lib/messages';
import { useClock } from '@/lib/tasks/provider';
import { formatDay } from '@/lib/time/format';

type Kind = 'all' | 'today' | 'upcoming' | 'inbox';

const ICONS: Record<Kind, IconNode> = { all: CircleCheckBig, today: Sun, upcoming: CalendarDays, inbox: Inbox };
/** The same objects each time, so that nothing is sorted anew for nothing. */
const SCOPES = { all: { kind: 'all' }, today: { kind: 'today' }, upcoming: { kind: 'upcoming' }, inbox: { kind: 'inbox' } } as const;

type Props = {
  kind: Kind;
  /** What is said where there are no tasks: with the page comes what this one says, and no other's. */
  empty: { title: string; text: string; children?: ReactNode };
  aside?: ReactNode;
  regroup?: Regroup;
  isByProject?: boolean;
};

/** A view that everybody has. */
export function PlainView({ kind, empty, aside, ...sections }: Props) {
  const { today } = useClock();
  return (
    <TaskView
      scope={SCOPES[kind]}
      heading={
        <ViewHeading note={kind === 'today' ? formatDay(today, 'heading') : null} aside={aside}>
          {messages.nav[kind]}
        </ViewHeading>
      }
      empty={{ icon: ICONS[kind], ...empty }}
      {...sections}
    />
  );
}
