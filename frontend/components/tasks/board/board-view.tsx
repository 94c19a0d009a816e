'use client';

import { useSearchParams } from 'next/navigation';
import { lazy, Suspense, useEffect } from 'react';
import { Board } from '@/components/tasks/board/board';
import { StatusBoard } from '@/components/tasks/board/status-board';
import { Composer } from '@/components/tasks/composer';
import ListSkeleton from '@/components/tasks/list/list-skeleton';
import { ProjectFilter } from '@/components/tasks/project-filter';
import { ViewHeading } from '@/components/tasks/view-heading';
import { Segments } from '@/components/ui/segments';
import { setParameters } from '@/lib/address';
import { messages } from '@/lib/messages';
import { viewsMessages } from '@/lib/messages/views';
import { BOARD_BY } from '@/lib/tasks/columns';
import { useTasks } from '@/lib/tasks/provider';
import { loadWriter } from '@/lib/tasks/write-task';

const LoadFailure = lazy(() => import('@/components/ui/load-failure'));
const text = viewsMessages.board;

/** The board: what its columns stand for, and of which project, is in the address. */
export function BoardView() {
  const parameters = useSearchParams();
  const by = BOARD_BY.find((each) => each === parameters.get('by')) ?? 'priority';
  const projectId = parameters.get('project');
  const { byId, isLoading, error, retry } = useTasks();
  useEffect(() => void loadWriter(), []);
  return (
    <div className="flex h-full flex-col">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 pt-3 pb-3 sm:px-7">
        <ViewHeading>{messages.nav.board}</ViewHeading>
        <div className="ml-auto flex flex-wrap items-center gap-2">
          {by === 'project' ? null : (
            <ProjectFilter projectId={projectId} onChange={(id) => setParameters({ project: id })} />
          )}
          <Segments
            label={text.by}
            value={by}
            options={BOARD_BY.map((value) => ({ value, label: text.columns[value] }))}
            onChange={(value) => setParameters({ by: value, ...(value === 'project' ? { project: null } : {}) })}
          />
        </div>
      </div>
      <div className="sm:max-w-4xl sm:px-2">
        <Composer defaults={projectId && by !== 'project' ? { project_id: projectId } : {}} />
      </div>
      {isLoading ? (
        <div className="max-w-4xl">
          <ListSkeleton />
        </div>
      ) : null}
      <Suspense fallback={null}>
        {error ? <LoadFailure error={error} retry={retry} isPart={byId.size > 0} /> : null}
      </Suspense>
      {isLoading || (error && byId.size === 0) ? null : by === 'status' ? (
        <StatusBoard projectId={projectId} />
      ) : (
        <Board by={by} projectId={by === 'project' ? null : projectId} />
      )}
    </div>
  );
}
