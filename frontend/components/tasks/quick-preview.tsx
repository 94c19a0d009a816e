'use client';

import { clsx } from 'clsx/lite';
import { Bell, CalendarDays, Flag, Folder, Hash, Repeat, X, type IconNode } from 'lucide';
import { useEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import { DueLabel } from '@/components/tasks/due-label';
import { PRIORITY_TEXT } from '@/components/tasks/priority';
import { useTypeAhead } from '@/components/tasks/type-ahead';
import { UnderField } from '@/components/tasks/under-field';
import { Icon } from '@/components/ui/icon';
import { afterPause } from '@/lib/after-pause';
import type { QuickTask, Schemas } from '@/lib/api';
import { quietApi } from '@/lib/api/client';
import { useData, useRemote } from '@/lib/data-provider';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { useClock } from '@/lib/tasks/provider';
import { understand, type Understood } from '@/lib/tasks/quick';
import { reminderInWords } from '@/lib/tasks/reminders';

type Span = Schemas['Span'];

type Props = {
  line: string;
  input: RefObject<HTMLInputElement | null>;
  /** Where what was understood stands, if there is no room under the field. */
  below: HTMLElement | null;
  /** What is known of the line as it is; null until it is. */
  onUnderstood: (known: Understood | null) => void;
  onChange: (line: string) => void;
};

const text = dialogsMessages.quick;

/** What will become of a line while it is typed: marked in it, and in words below; and what is begun in it may be finished. */
export default function QuickPreview({ line, input, below, onUnderstood, onChange }: Props): ReactNode {
  const [known, setKnown] = useState<Understood | null>(null);
  // Which projects there are decides what a line means.
  const { value: projects } = useRemote(useData().projects);
  const tell = useRef(onUnderstood);
  useEffect(() => {
    tell.current = onUnderstood;
  });
  useEffect(() => {
    tell.current(null);
    return afterPause((signal) => {
      understand(quietApi, line, undefined, signal).then(
        (quick) => {
          setKnown({ line, quick });
          tell.current({ line, quick });
        },
        // Without an answer the line is as good as before; sending it will tell.
        () => undefined,
      );
    });
  }, [line, projects]);
  const offers = useTypeAhead({ line, input, onChange, onCreate: () => tell.current(null) });
  const spans = known?.quick.understood.spans ?? [];
  const refuse = (span: Span) => {
    onChange(`${line.slice(0, span.start)}\\${line.slice(span.start)}`);
    input.current?.focus();
  };
  return (
    <>
      {known?.line === line ? <Marks line={line} spans={spans} input={input} /> : null}
      {offers ? <UnderField place={below}>{offers}</UnderField> : null}
      {known && spans.length > 0 && !offers ? (
        <Summary quick={known.quick} below={below} refuse={known.line === line ? refuse : undefined} />
      ) : null}
    </>
  );
}

/** Behind the field, the same line with what was understood on a ground of its own. */
function Marks({ line, spans, input }: Pick<Props, 'line' | 'input'> & { spans: readonly Span[] }) {
  const [shift, setShift] = useState(0);
  useEffect(() => {
    const field = input.current;
    if (!field) return;
    const follow = () => setShift(field.scrollLeft);
    follow();
    field.addEventListener('scroll', follow, { passive: true });
    return () => field.removeEventListener('scroll', follow);
  }, [input, line]);
  const parts: ReactNode[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    parts.push(line.slice(at, start));
    parts.push(
      <mark key={start} className="rounded-sm bg-selected py-1 text-transparent ring-1 ring-accent/40">
        {line.slice(start, end)}
      </mark>,
    );
    at = end;
  }
  return (
    <div aria-hidden className="pointer-events-none absolute inset-0 flex items-center overflow-hidden text-base text-transparent sm:text-sm">
      <span className="whitespace-pre" style={{ transform: `translateX(${-shift}px)` }}>
        {parts}
        {line.slice(at)}
      </span>
    </div>
  );
}

type SummaryProps = { quick: QuickTask; below: HTMLElement | null; refuse: ((span: Span) => void) | undefined };

/** Each thing that was understood; pressing it means that it was not meant. */
function Summary({ quick, below, refuse }: SummaryProps) {
  const { understood } = quick;
  return (
    <UnderField place={below} role="status" aria-label={text.understood} className="flex flex-wrap gap-1.5">
      {understood.title === '' ? <span className="px-1 py-1 text-muted">{text.noTitle}</span> : null}
      {firsts(understood.spans).map((span) => (
        <button
          key={span.start}
          type="button"
          disabled={!refuse}
          title={text.refuse(span.text)}
          onClick={() => refuse?.(span)}
          className="group/chip inline-flex h-7 max-w-full items-center gap-1.5 rounded-md bg-hover px-2 hover:text-danger touch"
        >
          <Meaning span={span} quick={quick} />
          <span className="sr-only">{text.refuse(span.text)}</span>
          <Icon of={X} className="size-3 text-muted opacity-0 group-hover/chip:opacity-100 group-focus-visible/chip:opacity-100" />
        </button>
      ))}
    </UnderField>
  );
}

/** A day and its time are one due; everything else stands for itself. */
function firsts(spans: readonly Span[]): Span[] {
  const isPartOfDue = ({ kind }: Span) => kind === 'due' || kind === 'time' || kind === 'zone';
  const due = spans.find(isPartOfDue);
  return spans.filter((span) => span === due || !isPartOfDue(span));
}

const ICONS: Record<Span['kind'], IconNode> = {
  due: CalendarDays,
  time: CalendarDays,
  zone: CalendarDays,
  recurrence: Repeat,
  reminder: Bell,
  tag: Hash,
  project: Folder,
  priority: Flag,
};

function Meaning({ span, quick }: { span: Span; quick: QuickTask }) {
  const clock = useClock();
  const { value: projects = [] } = useRemote(useData().projects);
  const { due, priority, reminders } = quick.understood;
  const icon = (className?: string) => <Icon of={ICONS[span.kind]} className={clsx('size-3.5 shrink-0', className ?? 'text-muted')} />;
  switch (span.kind) {
    case 'due':
    case 'time':
    case 'zone':
      return (
        <>
          {icon()}
          {due ? <DueLabel task={{ due, due_at: null, completed: false }} clock={clock} /> : span.text}
        </>
      );
    case 'priority':
      return (
        <>
          {icon(PRIORITY_TEXT[priority ?? 'none'])}
          {messages.priorities[priority ?? 'none']}
        </>
      );
    case 'project':
      return (
        <>
          {icon()}
          <span className="truncate">{projects.find(({ id }) => id === quick.project_id)?.name ?? span.text}</span>
        </>
      );
    case 'reminder':
      return (
        <>
          {icon()}
          {reminders.map((minutes) => reminderInWords({ when: { kind: 'before', minutes } }, clock)).join(', ')}
        </>
      );
    case 'tag':
      return (
        <>
          {icon()}
          <span className="truncate">{span.text.replace(/^#/, '')}</span>
        </>
      );
    case 'recurrence':
      return (
        <>
          {icon()}
          <span className="truncate">{span.text}</span>
        </>
      );
  }
}
