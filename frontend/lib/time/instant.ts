import type { Day } from '@/lib/time/day';
import { wallTime } from '@/lib/time/zone';

/**
 * The instant at which the wall in a zone shows a time such as `2026-11-21T09:00:00`. A time that
 * the clocks leave out is the one that is as much later as they jump.
 */
export function instantOf(wall: string, zone: string): string {
  const wanted = Date.parse(`${wall}Z`);
  const offset = (instant: number) => Date.parse(`${wallTime(instant, zone)}Z`) - instant;
  // The offset before, and if the wall shows something else then, the one after.
  const before = wanted - offset(wanted - 24 * 60 * 60 * 1000);
  const isRight = Date.parse(`${wallTime(before, zone)}Z`) === wanted;
  return new Date(isRight ? before : later(before, wanted, offset)).toISOString();
}

/** The instant at which a day begins in a zone: an hour after midnight, where the clocks leave that hour out. */
export function startOfDay(day: Day, zone: string): string {
  return instantOf(`${day}T00:00:00`, zone);
}

function later(before: number, wanted: number, offset: (instant: number) => number): number {
  const after = wanted - offset(before);
  return after + offset(after) === wanted ? after : before;
}
