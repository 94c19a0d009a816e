import { createStore } from '@/lib/store';
import type { Conflicted } from '@/lib/tasks/send';

/** The conflict that waits for somebody to decide it. */
export const openConflict = createStore<Conflicted | null>(null);
