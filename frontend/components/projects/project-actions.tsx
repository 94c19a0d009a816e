'use client';

import { lazy } from 'react';
import { LaterMenu } from '@/components/ui/later-menu';
import { useData, useRemote } from '@/lib/data-provider';
import { messages } from '@/lib/messages';

const load = () => import('@/components/projects/project-menu');
const ProjectMenu = lazy(load);

/** The menu of a project, beside its name. */
export function ProjectActions({ id }: { id: string }) {
  const { value: projects } = useRemote(useData().projects);
  const project = projects?.find((each) => each.id === id);
  if (!project) return null;
  return (
    <LaterMenu label={messages.list.actions(project.name)} load={load}>
      <ProjectMenu project={project} />
    </LaterMenu>
  );
}
