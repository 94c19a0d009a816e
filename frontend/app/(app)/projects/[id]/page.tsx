import type { Metadata } from 'next';
import { ProjectActions } from '@/components/projects/project-actions';
import { ProjectView } from '@/components/tasks/project-view';
import { messages } from '@/lib/messages';

export const metadata: Metadata = { title: messages.task.project };

export default async function ProjectPage({ params }: PageProps<'/projects/[id]'>) {
  const { id } = await params;
  return <ProjectView id={id} actions={<ProjectActions id={id} />} />;
}
