import type { Priority } from '@/lib/api';

/** The colour of a priority, the same wherever it is seen. */
export const PRIORITY_TEXT: Record<Priority, string> = {
  urgent: 'text-urgent',
  high: 'text-high',
  medium: 'text-medium',
  low: 'text-low',
  none: 'text-line-strong',
};
