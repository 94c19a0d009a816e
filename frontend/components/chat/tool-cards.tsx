import { Check, CircleDashed, LoaderCircle } from 'lucide';
import { Icon } from '@/components/ui/icon';
import type { WorkflowTask } from '@/lib/chat/protocol';
import { chatMessages } from '@/lib/messages/chat';

const text = chatMessages;

/** What the assistant did in one step, and what changed by it. */
export function ToolCards({ tasks }: { tasks: readonly WorkflowTask[] }) {
  if (tasks.length === 0) return null;
  return (
    <ul aria-label={text.card} className="grid gap-1.5">
      {tasks.map((task, index) => (
        <li key={index} className="flex items-start gap-2.5 rounded-control border bg-raised px-3 py-2">
          <Mark of={task.status_indicator} />
          <div className="min-w-0">
            <p className="text-[0.8125rem] text-muted">{task.title}</p>
            {task.content ? <p className="break-words whitespace-pre-wrap">{task.content}</p> : null}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** How far a call has come. One that only asks, or has failed, has done nothing. */
function Mark({ of }: { of: WorkflowTask['status_indicator'] }) {
  switch (of) {
    case 'loading':
      return <Icon of={LoaderCircle} role="img" aria-label={text.underWay} className="mt-0.5 size-4 shrink-0 text-muted motion-safe:animate-spin" />;
    case 'complete':
      return <Icon of={Check} role="img" aria-label={text.done} className="mt-0.5 size-4 shrink-0 text-success" />;
    default:
      return <Icon of={CircleDashed} role="img" aria-label={text.notDone} className="mt-0.5 size-4 shrink-0 text-muted" />;
  }
}
