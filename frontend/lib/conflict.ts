import { randomId } from '@/lib/id';
import { createStore } from '@/lib/store';

/** Something that was changed here and elsewhere: the fields that both have changed, in words. */
export type Dispute = {
  title: string;
  fields: readonly { name: string; mine: string; theirs: string }[];
};

/** What only a person can decide. */
export type Conflict = {
  text: string;
  disputes: readonly Dispute[];
  keepMine: () => void;
};

/** `key` tells one from the next. */
export type OpenConflict = Conflict & { key: string };

/** The one that somebody is asked about. */
export const openConflict = createStore<OpenConflict | null>(null);

/** Those that they are asked about after it, the oldest first. */
const waiting: OpenConflict[] = [];

/** Asks which version stays. One that is being decided is decided first. */
export function askWhich(conflict: Conflict): void {
  const open = { ...conflict, key: randomId() };
  if (openConflict.get() === null) openConflict.set(open);
  else waiting.push(open);
}

/** To be called when one is decided. */
export function askNext(): void {
  openConflict.set(waiting.shift() ?? null);
}
