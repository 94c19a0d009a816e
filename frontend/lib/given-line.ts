import { createStore } from '@/lib/store';

/** A line that the field of the page is to take, such as an example. Each time another object, so that the same is taken twice. */
export const givenLine = createStore<{ line: string } | null>(null);
