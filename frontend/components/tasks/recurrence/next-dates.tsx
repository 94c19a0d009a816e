'use client';

import { FormProblem } from '@/components/ui/form-problem';
import { Skeleton } from '@/components/ui/skeleton';
import type { Due } from '@/lib/api';
import type { Preview } from '@/components/tasks/recurrence/use-recurrence-preview';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { dayOfDue } from '@/lib/tasks/due-day';
import { useClock } from '@/lib/tasks/provider';
import { formatDay, timeInWords } from '@/lib/time/format';
import type { Habits } from '@/lib/time/habits';

const text = dialogsMessages.recurrence;
const SHOWN = 5;

/** Where that stands which is wrong with a rule. */
export const RULE_NOTE = 'rule-note';

/** What a rule means, in a sentence and in dates. As high before it is known as after. */
export function NextDates({ preview, error }: { preview: Preview | null; error: string | undefined }) {
  const clock = useClock();
  if (error !== undefined) return <FormProblem id={RULE_NOTE} message={error} className="border-t p-3 text-[0.8125rem]" />;
  return (
    <div role="status" className="border-t p-3 text-[0.8125rem]">
      <p className="font-medium">{preview ? preview.words : text.asking}</p>
      <h4 className="mt-2 mb-1 text-xs text-muted">{text.next}</h4>
      <ol className="grid gap-0.5 tabular-nums">
        {preview
          ? preview.next.map(({ due }) => <li key={JSON.stringify(due)}>{inWords(due, clock)}</li>)
          : Array.from({ length: SHOWN }, (_, index) => (
              <li key={index} className="flex h-5 items-center">
                <Skeleton className="h-3 w-36" />
              </li>
            ))}
      </ol>
    </div>
  );
}

function inWords(due: Due, habits: Habits): string {
  const day = dayOfDue(due);
  const words = `${formatDay(day, 'weekday')} ${formatDay(day, 'dayMonthYear')}`;
  return due.kind === 'date' ? words : `${words}, ${timeInWords(due.local, habits)}`;
}
