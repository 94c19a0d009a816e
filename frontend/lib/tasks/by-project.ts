import type { Project } from '@/lib/api';
import { messages } from '@/lib/messages';
import type { Group } from '@/lib/tasks/groups';

/** The tasks of a list by their projects, in the order of the navigation; within each they keep theirs. */
export function byProject(groups: readonly Group[], projects: readonly Project[]): Group[] {
  const section = (id: string, title: string): Group => ({ key: `project:${id}`, title, isLate: false, tasks: [] });
  const none = section('', messages.task.noProject);
  const ofProjects = new Map(projects.map(({ id, name }) => [id, section(id, name)]));
  for (const task of groups.flatMap(({ tasks }) => tasks)) (ofProjects.get(task.project_id ?? '') ?? none).tasks.push(task);
  return [none, ...ofProjects.values()].filter(({ tasks }) => tasks.length > 0);
}
