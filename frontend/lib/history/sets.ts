import type { Schemas } from '@/lib/api';
import { dayOf, type Day } from '@/lib/time/day';
import { wallTime } from '@/lib/time/zone';

export type HistoryEntry = Schemas['HistoryEntry'];

/** What was changed together, and is taken back together. */
export type ChangeSet = {
  id: string;
  day: Day;
  /** Oldest first, as they happened. */
  entries: HistoryEntry[];
  /** The change-set that took this one back. */
  undoneBy: string | null;
};

/** Entries, which come newest first, as sets in that order. A set of a long list may be cut by the page. */
export function changeSets(entries: readonly HistoryEntry[], zone: string): ChangeSet[] {
  const sets: ChangeSet[] = [];
  for (const entry of entries) {
    const last = sets.at(-1);
    if (last?.id === entry.change_set_id) {
      last.entries.unshift(entry);
      continue;
    }
    const day = dayOf(wallTime(Date.parse(entry.timestamp), zone));
    sets.push({ id: entry.change_set_id, day, entries: [entry], undoneBy: entry.undone_by ?? null });
  }
  return sets;
}

/** The sets of each day. */
export function byDay(sets: readonly ChangeSet[]): { day: Day; sets: ChangeSet[] }[] {
  const days: { day: Day; sets: ChangeSet[] }[] = [];
  for (const set of sets) {
    const last = days.at(-1);
    if (last?.day === set.day) last.sets.push(set);
    else days.push({ day: set.day, sets: [set] });
  }
  return days;
}
