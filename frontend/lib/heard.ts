import { createStore, type Store } from '@/lib/store';

/** What a change is about, as its type begins: `task` of `task.created`. */
export type Aggregate = 'task' | 'project' | 'tag' | 'user' | 'notification' | 'conversation';

/** What was heard last. Each time another object, so that the same is heard twice. */
export type Heard = Store<{ about: Aggregate | 'everything' } | null>;

export const createHeard = (): Heard => createStore<{ about: Aggregate | 'everything' } | null>(null);
