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

/** The one that waits for somebody to decide it. */
export const openConflict = createStore<Conflict | null>(null);
