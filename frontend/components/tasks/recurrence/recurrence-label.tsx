'use client';

import { useRecurrencePreview } from '@/components/tasks/recurrence/use-recurrence-preview';
import type { Due, Recurrence } from '@/lib/api';
import { dialogsMessages } from '@/lib/messages/dialogs';

/** How a task comes again, in the server's words. */
export function RecurrenceLabel({ recurrence, due }: { recurrence: Recurrence; due: Due | null }) {
  return due ? <Words recurrence={recurrence} due={due} /> : <span>{recurrence.rule}</span>;
}

function Words({ recurrence, due }: { recurrence: Recurrence; due: Due }) {
  const { preview } = useRecurrencePreview(due, recurrence);
  return <span>{preview?.words ?? dialogsMessages.recurrence.asking}</span>;
}
