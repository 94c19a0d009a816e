import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { env } from './env';
import type { Person } from './person';

/** How much JavaScript the page of somebody's tasks names and so loads first, in KiB after gzip. */
export async function firstLoad({ context }: Person): Promise<number> {
  const cookies = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  // It ends badly above the limit, and that is a figure like any other.
  const size = spawnSync(process.execPath, ['scripts/size.mjs', `${env.app}/dashboard`, cookies], { encoding: 'utf8' });
  const kilobytes = Number.parseFloat(size.stdout.trim().split('\n').at(-1) ?? '');
  expect(kilobytes, size.stderr).toBeGreaterThan(0);
  return kilobytes;
}
