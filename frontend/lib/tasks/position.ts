import type { Task } from '@/lib/api';

type Placed = Pick<Task, 'id' | 'position'>;

/** How many others may move along where there is no number left between two. */
const MOST_ALONG = 98;
/** Numbers nearer to one another than this are about to become the same. */
const NARROW = 1e-6;

/**
 * The positions that bring a task to an index among others, which are in their order and without
 * it. It is its own alone, unless two of the others have grown too near to one another.
 */
export function positionsAt(moved: string, index: number, others: readonly Placed[]): Map<string, number> {
  const before = others[index - 1]?.position;
  const after = others[index]?.position;
  if (before === undefined) return new Map([[moved, after === undefined ? 0 : after - 1]]);
  if (after === undefined) return new Map([[moved, before + 1]]);
  if (after - before > NARROW) return new Map([[moved, (before + after) / 2]]);
  return spread(before, [moved, ...others.slice(index, index + MOST_ALONG).map(({ id }) => id)], others[index + MOST_ALONG]?.position);
}

/** All of these evenly after a position, and before the one after them if there is one. */
function spread(from: number, ids: readonly string[], to: number | undefined): Map<string, number> {
  const step = to === undefined ? 1 : (to - from) / (ids.length + 1);
  return new Map(ids.map((id, index) => [id, from + step * (index + 1)]));
}
