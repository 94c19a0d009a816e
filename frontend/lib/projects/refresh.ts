import { amend } from '@/lib/amend';
import { read, type Api } from '@/lib/api';
import { NotFound } from '@/lib/api/errors';
import type { Data } from '@/lib/data';
import { withoutProject, withProject } from '@/lib/projects/list';
import { Refresher } from '@/lib/refresher';

const AT_ONCE = 6;

/** Reads single projects anew. */
export function refresherOfProjects(api: Api, data: Data): Refresher<string> {
  return new Refresher(async (ids) => {
    await Promise.all(ids.map((id) => readAnew(api, data, id)));
  }, AT_ONCE);
}

async function readAnew(api: Api, data: Data, id: string): Promise<void> {
  try {
    const project = await read(api.GET('/projects/{id}', { params: { path: { id } } }));
    amend(data.projects, (projects) => withProject(projects, project));
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    amend(data.projects, (projects) => withoutProject(projects, id));
  }
}
