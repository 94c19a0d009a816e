'use client';

import { useSearchParams } from 'next/navigation';
import { lazy, Suspense, useCallback } from 'react';
import { PlainView } from '@/components/tasks/plain-view';
import type { Project } from '@/lib/api';
import { useData, useRemote } from '@/lib/data-provider';
import { byProject } from '@/lib/tasks/by-project';
import type { Group } from '@/lib/tasks/groups';
import { useIsDrawn } from '@/lib/use-is-drawn';

const SectionsSwitch = lazy(() => import('@/components/tasks/sections-switch'));

const NONE: Project[] = [];

/** All tasks: by when they are due, or by their projects. */
export function AllView({ empty }: { empty: { title: string; text: string } }) {
  const isByProject = useSearchParams().get('by') === 'project';
  const { value: projects = NONE } = useRemote(useData().projects);
  const regroup = useCallback((groups: readonly Group[]) => byProject(groups, projects), [projects]);
  const sections = <Suspense fallback={null}>{useIsDrawn() ? <SectionsSwitch by={isByProject ? 'project' : 'date'} /> : null}</Suspense>;
  return <PlainView kind="all" empty={empty} aside={sections} regroup={isByProject ? regroup : undefined} isByProject={isByProject} />;
}
