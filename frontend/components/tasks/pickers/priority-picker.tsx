'use client';

import { clsx } from 'clsx/lite';
import { Flag } from 'lucide';
import { OptionList } from '@/components/tasks/pickers/option-list';
import { PRIORITY_TEXT } from '@/components/tasks/priority';
import { Icon } from '@/components/ui/icon';
import type { Priority } from '@/lib/api';
import { messages } from '@/lib/messages';
import { PRIORITIES } from '@/lib/tasks/groups';

type Props = { priority: Priority | null; onChoose: (priority: Priority) => void };

export function PriorityPicker({ priority, onChoose }: Props) {
  const options = PRIORITIES.map((value) => ({
    value,
    label: messages.priorities[value],
    isChosen: value === priority,
    icon: (
      <Icon of={Flag}
        className={clsx('size-4 shrink-0', PRIORITY_TEXT[value])}
        fill={value === 'none' ? 'none' : 'currentColor'}
      />
    ),
  }));
  const choose = (chosen: string) => {
    const found = PRIORITIES.find((value) => value === chosen);
    if (found) onChoose(found);
  };
  return <OptionList label={messages.task.priority} options={options} onChoose={choose} />;
}
