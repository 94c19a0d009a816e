'use client';

import { useRecurrencePreview } from '@/components/tasks/recurrence/use-recurrence-preview';
import type { Due, Recurrence } from '@/lib/api';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { ruleInWords } from '@/lib/tasks/rule-in-words';

/** How a task comes again, in the server's words; where they cannot be had, in those that its rule alone gives. */
export function RecurrenceLabel({ recurrence, due }: { recurrence: Recurrence; due: Due | null }) {
  return due ? <Words recurrence={recurrence} due={due} /> : <span>{ruleInWords(recurrence.rule)}</span>;
}

function Words({ recurrence, due }: { recurrence: Recurrence; due: Due }) {
  const { preview, wrong } = useRecurrencePreview(due, recurrence);
  const known = wrong ? ruleInWords(recurrence.rule) : preview?.words;
  return <span>{known ?? dialogsMessages.recurrence.asking}</span>;
}
