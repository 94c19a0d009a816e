import type { Schemas } from '@/lib/api';

export type Grant = Schemas['Grant'];

/** What a token is limited to, as it is being chosen: what is empty limits nothing. */
export type Limits = { tools: readonly string[]; projects: readonly string[]; perHour: string };

export const UNLIMITED: Limits = { tools: [], projects: [], perHour: '' };

/** The same for the API; null when nothing is limited. Whoever only reads has nothing to be limited in but its tools. */
export function grantOf({ tools, projects, perHour }: Limits, mayWrite: boolean): Grant | null {
  const grant: Grant = {};
  if (tools.length > 0) grant.tools = [...tools];
  if (mayWrite && projects.length > 0) grant.project_ids = [...projects];
  if (mayWrite && perHour !== '') grant.writes_per_hour = Number(perHour);
  return Object.keys(grant).length > 0 ? grant : null;
}
