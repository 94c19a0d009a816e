import { createContext } from 'react';
import type { Arrangement } from '@/lib/tasks/arrange';
import type { Group } from '@/lib/tasks/groups';

/** A list whose order people decide about, and what puts something else into a place of it. */
export type Order = { groups: readonly Group[]; onArrange: (arrangement: Arrangement) => void };

/** The order of the list around it, undefined where people do not decide about that. */
export const OrderContext = createContext<Order | undefined>(undefined);
