import { api, MERGE_PATCH, written, type Project } from '@/lib/api';
import type { Data } from '@/lib/data';
import { expecting } from '@/lib/expecting';
import { randomId } from '@/lib/id';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { withProject } from '@/lib/projects/list';
import { noteChange } from '@/lib/undo';

type Placed = Pick<Project, 'id' | 'position'>;

/** The position that brings a project one place up or down; null where there is no other place. */
export function positionShifted(projects: readonly Placed[], moved: string, by: 1 | -1): number | null {
  const from = projects.findIndex(({ id }) => id === moved);
  const to = from + by;
  if (from === -1 || to < 0 || to >= projects.length) return null;
  const others = projects.filter(({ id }) => id !== moved);
  const before = others[to - 1]?.position;
  const after = others[to]?.position;
  if (before === undefined) return (after ?? 0) - 1;
  return after === undefined ? before + 1 : (before + after) / 2;
}

/** Gives a project its place in the navigation. Of two that it was given the newer one simply counts. */
export async function moveProject(data: Data, { id }: Project, position: number): Promise<void> {
  const shown = (projects: Project[]) => {
    const known = projects.find((each) => each.id === id);
    return known ? withProject(projects, { ...known, position }) : projects;
  };
  const params = { path: { id }, header: { 'Idempotency-Key': randomId() } };
  const { changeSetId } = await expecting(
    data.projects,
    shown,
    () => written<Project>(api.PATCH('/projects/{id}', { headers: MERGE_PATCH, body: { position }, params })),
    (projects, { data: moved }) => withProject(projects, moved),
  );
  if (changeSetId !== null) noteChange(data, dialogsMessages.changes.projectMoved, changeSetId);
}
