'use client';

import { clsx } from 'clsx/lite';
import { Undo2 } from 'lucide';
import { useRef } from 'react';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import type { Action, Widget } from '@/lib/chat/protocol';
import { isQuestion } from '@/lib/chat/transcript';
import { chatMessages } from '@/lib/messages/chat';

const text = chatMessages;

type Props = { card: Widget; isWorking: boolean; onAction: (action: Action) => void };

/** A question that has to be answered, or a change that can be taken back. */
export function ChatCard({ card, isWorking, onAction }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const asks = isQuestion(card);
  const press = (action: Action) => {
    // The button goes, and what has become of it stands here.
    element.current?.focus();
    onAction(action);
  };
  return (
    <div
      ref={element}
      role="group"
      tabIndex={-1}
      aria-label={asks ? text.question : text.card}
      className={clsx(
        'flex flex-wrap items-center gap-x-3 gap-y-2 rounded-control border bg-raised px-3 py-2.5',
        asks && 'flex-col items-stretch border-warning',
      )}
    >
      {card.children?.map((child, index) => <Part key={index} part={child} isWorking={isWorking} onAction={press} />)}
    </div>
  );
}

type PartProps = { part: Widget; isWorking: boolean; onAction: Props['onAction'] };

function Part({ part, isWorking, onAction }: PartProps) {
  switch (part.type) {
    case 'Title':
      return <p className="font-semibold break-words">{part.value}</p>;
    case 'Text':
      return <p className="min-w-0 flex-1 break-words">{part.value}</p>;
    case 'Caption':
      return <p className="text-[0.8125rem] text-muted">{part.value}</p>;
    case 'Row':
    case 'Col':
      return (
        <div className={clsx('flex flex-wrap gap-2', part.type === 'Col' && 'flex-col')}>
          {part.children?.map((child, index) => <Part key={index} part={child} isWorking={isWorking} onAction={onAction} />)}
        </div>
      );
    case 'Button':
      return <ActionButton part={part} isWorking={isWorking} onAction={onAction} />;
    default:
      return null;
  }
}

function ActionButton({ part, isWorking, onAction }: PartProps) {
  const { onClickAction: action, color, style, label } = part;
  const isDanger = color === 'danger';
  return (
    <Button
      size="small"
      variant={style === 'primary' && !isDanger ? 'primary' : 'secondary'}
      className={clsx(isDanger && 'border-danger! text-danger!')}
      disabled={isWorking || !action}
      onClick={() => action && onAction(action)}
    >
      {action?.type === 'taskflow.undo' ? <Icon of={Undo2} className="size-4" /> : null}
      {label}
    </Button>
  );
}
