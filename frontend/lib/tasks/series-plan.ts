import { read, type Api, type Schemas, type Task } from '@/lib/api';
import { NotFound } from '@/lib/api/errors';
import { Refresher } from '@/lib/refresher';
import { asError } from '@/lib/as-error';
import { createStore } from '@/lib/store';
import type { Planned } from '@/lib/tasks/calendar';
import { addDays, dayOf, type Day } from '@/lib/time/day';

/** Each is a request. */
export const MOST_SERIES = 200;
const AT_ONCE = 6;

type State = {
  planned: readonly Planned[];
  /** How many more series there are than are asked about. */
  left: number;
  isLoading: boolean;
  /** Why there is something that could not be read. */
  error: Error | null;
};

/** What was asked about a series, by the version of its newest task, and what is known; null as long as nothing is. */
type Asked = { version: number; occurrences: readonly Schemas['Occurrence'][] | null };

/** What series will bring on some days: of each its newest task says it, and is asked again when that has changed. */
export class SeriesPlan {
  readonly state = createStore<State>({ planned: [], left: 0, isLoading: false, error: null });
  readonly #api: Api;
  readonly #days: readonly Day[];
  readonly #refresher = new Refresher<string>((ids) => this.#readAll(ids), AT_ONCE);
  readonly #asked = new Map<string, Asked>();
  #newest: ReadonlyMap<string, Task> = new Map();
  #left = 0;
  #error: Error | null = null;

  constructor(api: Api, days: readonly Day[]) {
    this.#api = api;
    this.#days = days;
  }

  follow(tasks: Iterable<Task>): void {
    const last = this.#days.at(-1) ?? '';
    const all = [...tasks].filter((task) => mayBring(task, last));
    this.#newest = new Map(all.slice(0, MOST_SERIES).map((task) => [task.id, task]));
    this.#left = all.length - this.#newest.size;
    for (const id of this.#asked.keys()) if (!this.#newest.has(id)) this.#asked.delete(id);
    for (const { id, version } of this.#newest.values()) {
      const before = this.#asked.get(id);
      if (before?.version === version) continue;
      this.#asked.set(id, { version, occurrences: before?.occurrences ?? null });
      this.#refresher.add(id);
    }
    this.#show();
  }

  /** Asks at once about what could not be read. */
  readonly retry = (): void => {
    this.#error = null;
    for (const [id, { occurrences }] of this.#asked) if (occurrences === null) this.#refresher.add(id);
    this.#show();
  };

  /** Nobody looks at these days any more. */
  readonly leave = (): void => {
    this.#newest = new Map();
    this.#asked.clear();
  };

  async #readAll(ids: readonly string[]): Promise<void> {
    try {
      await Promise.all(ids.map((id) => this.#read(id)));
    } catch (error) {
      this.#error = asError(error);
      throw error;
    } finally {
      this.#show();
    }
  }

  async #read(id: string): Promise<void> {
    const asked = this.#asked.get(id);
    if (!asked) return;
    const occurrences = await this.#occurrences(id);
    // Otherwise it has changed meanwhile, and is asked once more.
    if (this.#asked.get(id) === asked) this.#asked.set(id, { ...asked, occurrences });
  }

  async #occurrences(id: string): Promise<Schemas['Occurrence'][]> {
    const [from = '', last = ''] = [this.#days.at(0), this.#days.at(-1)];
    const query = { from, to: addDays(last, 1) };
    try {
      return (await read(this.#api.GET('/tasks/{id}/occurrences', { params: { path: { id }, query } }))).items;
    } catch (error) {
      if (error instanceof NotFound) return [];
      throw error;
    }
  }

  #show(): void {
    const asked = [...this.#asked];
    const isMissing = asked.some(([, { occurrences }]) => occurrences === null);
    if (!isMissing) this.#error = null;
    const planned = asked.flatMap(([id, { occurrences }]) => {
      const task = this.#newest.get(id);
      return task ? (occurrences ?? []).map((occurrence) => ({ task, occurrence })) : [];
    });
    this.state.set({ planned, left: this.#left, isLoading: isMissing && this.#error === null, error: this.#error });
  }
}

/** After a completion it comes again nobody knows when, and before its newest occurrence nothing is still to come. */
function mayBring({ recurrence }: Task, last: Day): boolean {
  return recurrence?.mode === 'from_due' && !recurrence.next && dayOf(recurrence.occurrence) <= last;
}
