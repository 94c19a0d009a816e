import { amend } from '@/lib/amend';
import { announceProblem } from '@/lib/announce';
import { api, etag, MERGE_PATCH, read, written, type Project, type Written } from '@/lib/api';
import { messageOf, Stale } from '@/lib/api/errors';
import { COLORS } from '@/lib/colors';
import { askWhich, type Conflict } from '@/lib/conflict';
import type { Data } from '@/lib/data';
import { expecting } from '@/lib/expecting';
import { randomId } from '@/lib/id';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { withoutProject, withProject } from '@/lib/projects/list';
import { isSame } from '@/lib/tasks/write';
import { noteChange } from '@/lib/undo';

const text = dialogsMessages;

/** What a person changes of a project. */
export type ProjectFields = { name: string; color: string | null };

/** Adds a project; the same key adds it once. */
export async function addProject(data: Data, fields: ProjectFields, key: string): Promise<Project> {
  const params = { header: { 'Idempotency-Key': key } };
  const { data: project, changeSetId } = await written<Project>(api.POST('/projects', { body: fields, params }));
  amend(data.projects, (projects) => withProject(projects, project));
  if (changeSetId !== null) noteChange(data, text.changes.projectCreated, changeSetId);
  return project;
}

/** Makes a project what a person wants of the one that they saw. What others did to the rest of it stays. */
export async function changeProject(data: Data, seen: Project, wanted: ProjectFields): Promise<void> {
  const fields = pick(wanted, differing(wanted, seen));
  if (Object.keys(fields).length === 0) return;
  const shown = (projects: Project[]) => projects.map((each) => (each.id === seen.id ? { ...each, ...fields } : each));
  const answer = await expecting(
    data.projects,
    shown,
    () => againstSeen(data, seen, fields),
    (projects, { data: changed }) => withProject(projects, changed),
  );
  if (answer.changeSetId !== null) noteChange(data, text.changes.projectChanged, answer.changeSetId);
}

/** Its tasks stay, without a project; events tell of each. */
export async function removeProject(data: Data, { id }: Project): Promise<void> {
  const others = (projects: Project[]) => withoutProject(projects, id);
  const params = { path: { id }, header: { 'Idempotency-Key': randomId() } };
  const remove = () => written(api.DELETE('/projects/{id}', { params }));
  const { changeSetId } = await expecting(data.projects, others, remove, others);
  if (changeSetId !== null) noteChange(data, text.changes.projectDeleted, changeSetId);
}

async function againstSeen(data: Data, seen: Project, fields: Partial<ProjectFields>): Promise<Written<Project>> {
  try {
    return await patch(seen, fields);
  } catch (error) {
    if (!(error instanceof Stale)) throw error;
    const current = await read(api.GET('/projects/{id}', { params: { path: { id: seen.id } } }));
    const left = differing(fields, current);
    const isDisputed = left.some((name) => !isSame(seen[name], current[name]));
    if (left.length > 0 && !isDisputed) return patch(current, fields);
    if (isDisputed) askWhich(conflictOf(data, pick(fields, left), current));
    return { data: current, changeSetId: null };
  }
}

function patch({ id, version }: Project, body: Partial<ProjectFields>): Promise<Written<Project>> {
  const params = { path: { id }, header: { 'If-Match': etag(version), 'Idempotency-Key': randomId() } };
  return written<Project>(api.PATCH('/projects/{id}', { headers: MERGE_PATCH, body, params }));
}

function conflictOf(data: Data, mine: Partial<ProjectFields>, current: Project): Conflict {
  const fields = differing(mine, current).map((name) => ({
    name: text.project[name],
    mine: inWords(name, mine[name]),
    theirs: inWords(name, current[name]),
  }));
  return {
    text: text.conflict.project,
    disputes: [{ title: current.name, fields }],
    keepMine: () => {
      const again = changeProject(data, current, { name: current.name, color: current.color ?? null, ...mine });
      again.catch((error: unknown) => announceProblem(messageOf(error)));
    },
  };
}

type Name = keyof ProjectFields;
const NAMES: readonly Name[] = ['name', 'color'];

function differing(wanted: Partial<ProjectFields>, project: Project): Name[] {
  return NAMES.filter((name) => name in wanted && !isSame(wanted[name], project[name]));
}

function pick(from: Partial<ProjectFields>, names: readonly Name[]): Partial<ProjectFields> {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}

function inWords(name: Name, value: string | null | undefined): string {
  if (!value) return text.conflict.empty;
  return name === 'color' ? (text.project.colors[COLORS.findIndex((color) => color === value)] ?? value) : value;
}
