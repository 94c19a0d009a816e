import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { env } from './env';

type Part = 'agent' | 'backend' | 'realtime' | 'scheduler' | 'notifier' | 'frontend' | 'kafka' | 'postgres';

/** Breaks and mends the product: see `xtask/src/browser/stagehand.rs`. */
export class Stagehand {
  readonly #broken = new Set<Part>();

  /** `kill -9`. */
  async kill(part: Part): Promise<void> {
    this.#broken.add(part);
    await order(`kill ${part}`);
  }

  /** Starts it again, and waits until it works. */
  async start(part: Part): Promise<void> {
    await order(`start ${part}`);
    this.#broken.delete(part);
  }

  /** Starts it anew with another value of a variable, until the trial is over. */
  async set(part: Exclude<Part, 'kafka' | 'postgres'>, variable: string, value: string): Promise<void> {
    this.#broken.add(part);
    await order(`set ${part} ${variable}=${value}`);
  }

  /** Whatever happened, the next trial begins with a product that works. */
  async mend(): Promise<void> {
    for (const part of this.#broken) await this.start(part);
  }
}

async function order(line: string): Promise<void> {
  const socket = connect(env.stagehand, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`${line}\n`);
  const answer = await text(socket);
  if (answer !== 'ok') throw new Error(`The stagehand says: ${answer}`);
}
