import { read, type Api } from '@/lib/api';
import { ApiError, NotFound } from '@/lib/api/errors';
import { knownTasks, putTasks, type Data } from '@/lib/data';
import { dropTask } from '@/lib/tasks/drop';

/** From so many on, reading all is cheaper than reading each. */
const MANY = 40;
const AT_A_TIME = 6;
/** Until a task is asked for again that could not be read. */
const PAUSE_MILLISECONDS = 5_000;

/** Reads single tasks anew, each once however often it is asked for in a moment. */
export class TaskRefresher {
  readonly #api: Api;
  readonly #data: Data;
  readonly #wanted = new Set<string>();
  #scheduled = false;

  constructor(api: Api, data: Data) {
    this.#api = api;
    this.#data = data;
  }

  add(id: string): void {
    this.#wanted.add(id);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // What one message brings, and the next in the same breath, is asked for together.
    setTimeout(() => void this.#refresh(), 4);
  }

  async #refresh(): Promise<void> {
    this.#scheduled = false;
    const ids = [...this.#wanted];
    this.#wanted.clear();
    if (ids.length > MANY) return this.#data.tasks.refresh();
    for (let start = 0; start < ids.length; start += AT_A_TIME) {
      await Promise.all(ids.slice(start, start + AT_A_TIME).map((id) => this.#read(id)));
    }
  }

  async #read(id: string): Promise<void> {
    try {
      const task = await read(this.#api.GET('/tasks/{id}', { params: { path: { id } } }));
      putTasks(this.#data, [task]);
    } catch (error) {
      if (error instanceof NotFound) dropTask(this.#data, id, knownTasks(this.#data).byId.get(id)?.version ?? 0);
      // An older task stays until then: its event does not come twice.
      else if (error instanceof ApiError && error.isPassing) setTimeout(() => this.add(id), PAUSE_MILLISECONDS);
    }
  }
}
