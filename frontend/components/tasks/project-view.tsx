'use client';

import { Folder } from 'lucide';
import { useMemo, type ReactNode } from 'react';
import { TaskView } from '@/components/tasks/task-view';
import { ViewHeading } from '@/components/tasks/view-heading';
import { EmptyState } from '@/components/ui/empty-state';
import { Icon } from '@/components/ui/icon';
import { Skeleton } from '@/components/ui/skeleton';
import { useData, useRemote } from '@/lib/data-provider';
import { messages } from '@/lib/messages';
import { brokenMessages } from '@/lib/messages/broken';
import { emptyMessages } from '@/lib/messages/empty';
import { usePageTitle } from '@/lib/use-page-title';

export function ProjectView({ id, actions }: { id: string; actions: ReactNode }) {
  const { value: projects } = useRemote(useData().projects);
  const scope = useMemo(() => ({ kind: 'project', id }) as const, [id]);
  const project = projects?.find((each) => each.id === id);
  usePageTitle(project?.name ?? messages.task.project);
  if (projects && !project) {
    return <EmptyState icon={Folder} title={brokenMessages.notFoundTitle} text={brokenMessages.notFoundText} />;
  }
  return (
    <TaskView
      scope={scope}
      heading={
        <ViewHeading actions={actions}>
          {project ? (
            <span className="flex items-center gap-2.5">
              <Icon of={Folder} className="size-5 shrink-0 text-muted" style={{ color: project.color ?? undefined }} />
              <span className="truncate">{project.name}</span>
            </span>
          ) : (
            <Skeleton className="h-6 w-40" />
          )}
        </ViewHeading>
      }
      empty={{ icon: Folder, ...emptyMessages.project }}
    />
  );
}
