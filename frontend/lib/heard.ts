import type { Notice } from '@/lib/realtime/notice';
import { createStore, type Store } from '@/lib/store';

/** What a change is about, as its type begins: `task` of `task.created`. */
export type Aggregate = 'task' | 'project' | 'tag' | 'user' | 'notification' | 'conversation';

/** Without a notice it is not known what of it has changed. */
type Word = { about: Aggregate | 'everything'; notice?: Notice };

/** What was heard last. Each time another object, so that the same is heard twice. */
export type Heard = Store<Word | null>;

export const createHeard = (): Heard => createStore<Word | null>(null);
