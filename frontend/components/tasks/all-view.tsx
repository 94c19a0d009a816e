'use client';

import { useSearchParams } from 'next/navigation';
import { lazy, Suspense, useCallback, type ReactNode } from 'react';
import { PlainView } from '@/components/tasks/plain-view';
import type { Project } from '@/lib/api';
import { useData, useRemote } from '@/lib/data-provider';
import { byProject } from '@/lib/tasks/by-project';
import type { Group } from '@/lib/tasks/groups';
import { useIsDrawn } from '@/lib/use-is-drawn';

const Examples = lazy(() => import('@/components/tasks/examples'));
const SectionsSwitch = lazy(() => import('@/components/tasks/sections-switch'));

const NONE: Project[] = [];

/** All tasks: by when they are due, or by their projects. */
export function AllView({ empty }: { empty: { title: string; text: string } }) {
  const isByProject = useSearchParams().get('by') === 'project';
  const { value: projects = NONE } = useRemote(useData().projects);
  const regroup = useCallback((groups: readonly Group[]) => byProject(groups, projects), [projects]);
  const isDrawn = useIsDrawn();
  const later = (part: ReactNode) => <Suspense fallback={null}>{isDrawn ? part : null}</Suspense>;
  return (
    <PlainView
      kind="all"
      empty={{ ...empty, children: later(<Examples />) }}
      aside={later(<SectionsSwitch by={isByProject ? 'project' : 'date'} />)}
      regroup={isByProject ? regroup : undefined}
      isByProject={isByProject}
    />
  );
}
