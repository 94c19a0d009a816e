import { createStore } from '@/lib/store';

/** A task is to be added where there is no field for it: the next field that is drawn takes the focus. */
export const isFieldWanted = createStore(false);
