import type { Task } from '@/lib/api';
import { MOST_AT_ONCE } from '@/lib/tasks/write';

type Placed = Pick<Task, 'id' | 'position'>;

/** Numbers nearer to one another than this are about to become the same. */
const NARROW = 1e-6;

/**
 * The positions that bring tasks to an index among others, which are in their order and without
 * them. They are theirs alone, unless two of the others have grown too near to one another.
 */
export function positionsAt(moved: readonly string[], index: number, others: readonly Placed[]): Map<string, number> {
  const before = others[index - 1]?.position;
  const after = others[index]?.position;
  if (before === undefined) return spread((after ?? 1) - moved.length - 1, moved, undefined);
  if (after === undefined || after - before > NARROW * moved.length) return spread(before, moved, after);
  // There is no number left between the two: as many of those behind as can be moved at once go along.
  const end = index + MOST_AT_ONCE - moved.length;
  return spread(before, [...moved, ...others.slice(index, end).map(({ id }) => id)], others[end]?.position);
}

/** All of these evenly after a position, and before the one after them if there is one. */
function spread(from: number, ids: readonly string[], to: number | undefined): Map<string, number> {
  const step = to === undefined ? 1 : (to - from) / (ids.length + 1);
  return new Map(ids.map((id, index) => [id, from + step * (index + 1)]));
}
