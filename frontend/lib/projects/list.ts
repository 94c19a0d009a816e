import type { Project } from '@/lib/api';

/** In the order that the person has given them. One that is older than what is known changes nothing. */
export function withProject(projects: readonly Project[], project: Project): Project[] {
  const known = projects.find(({ id }) => id === project.id);
  if (known && known.version > project.version) return [...projects];
  return [...withoutProject(projects, project.id), project].sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));
}

export function withoutProject(projects: readonly Project[], gone: string): Project[] {
  return projects.filter(({ id }) => id !== gone);
}
