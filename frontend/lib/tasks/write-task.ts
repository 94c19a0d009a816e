import type { Task } from '@/lib/api';
import type { Invalid } from '@/lib/api/errors';
import type { Data } from '@/lib/data';
import type { TaskWrite } from '@/lib/tasks/write';

/** What a write came to. A message has been told already, unless the caller wanted to tell it. */
export type Outcome =
  | { ok: true; task: Task | null }
  | {
      ok: false;
      message: string;
      isRefused: boolean;
      /** Asks for the very same once more, where it may have arrived, or will in a moment. */
      again?: () => Promise<Outcome>;
    };

export type WriteOptions = {
  /** The caller tells what went wrong. */
  isQuiet?: boolean;
  /** Tells what is wrong with what was typed where that stands; false if it is not there any more. */
  atField?: (problem: Invalid) => boolean;
};

/** Nobody writes before something is to be seen: what it takes comes after that. */
export async function loadWriter() {
  const [writer] = await Promise.all([import('@/lib/tasks/writer'), import('@/lib/tasks/write')]);
  return writer;
}

/** Does something to a task: at once on the screen, and on the server as soon as that can be. */
export async function writeTask(data: Data, write: TaskWrite, options: WriteOptions = {}): Promise<Outcome> {
  const writer = await loadWriter();
  return writer.writeTask(data, write, options);
}
