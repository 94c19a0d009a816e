'use client';

import type { Pick, PickerKind } from '@/components/tasks/pickers/use-picker';
import type { Task } from '@/lib/api';
import { useCommands, type Command } from '@/lib/commands';
import { commandsMessages } from '@/lib/messages/commands';

const text = commandsMessages;

type Props = { task: Task; pick: Pick; onToggle: () => void };

/** What the keyboard does to the task that is open: the same as to one in a list. */
export function TaskKeys({ task, pick, onToggle }: Props): null {
  const command = (id: string, title: string, keys: string, run: () => void): Command => ({
    id: `open-${id}`,
    title,
    keys,
    run,
    group: 'task',
    isOnlyKeys: true,
  });
  const picks = (kind: PickerKind) => () => {
    const property = document.querySelector<HTMLElement>(`[data-property="${kind}"]`);
    if (property) pick(kind, task, property);
  };
  useCommands([
    command('complete', text.complete, 'x', onToggle),
    command('due', text.setDue, 'd', picks('due')),
    command('priority', text.setPriority, 'p', picks('priority')),
    command('tags', text.setTags, 't', picks('tags')),
    command('project', text.move, 'm', picks('project')),
  ]);
  return null;
}
