'use client';

import { Hash } from 'lucide';
import { useMemo, type ReactNode } from 'react';
import { TaskView } from '@/components/tasks/task-view';
import { ViewHeading } from '@/components/tasks/view-heading';
import { emptyMessages } from '@/lib/messages/empty';

export function TagView({ name, actions }: { name: string; actions: ReactNode }) {
  const scope = useMemo(() => ({ kind: 'tag', name }) as const, [name]);
  return (
    <TaskView
      scope={scope}
      heading={
        <ViewHeading actions={actions}>
          <span className="text-muted">#</span>
          {name}
        </ViewHeading>
      }
      empty={{ icon: Hash, ...emptyMessages.tag }}
    />
  );
}
