'use client';

import { Hash } from 'lucide';
import { OptionList } from '@/components/tasks/pickers/option-list';
import { Icon } from '@/components/ui/icon';
import { useData, useRemote } from '@/lib/data-provider';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';

type Props = { tags: readonly string[]; onChange: (tags: string[]) => void };

/** Stays open: who gives a task one tag often gives it another. */
export function TagPicker({ tags, onChange }: Props) {
  const { value: known = [] } = useRemote(useData().tags);
  const names = [...new Set([...known.map(({ name }) => name), ...tags])].sort();
  const colors = new Map(known.map(({ name, color }) => [name, color]));
  const options = names.map((name) => ({
    value: name,
    label: name,
    isChosen: tags.includes(name),
    icon: <Icon of={Hash} className="size-4 shrink-0 text-muted" style={{ color: colors.get(name) ?? undefined }} />,
  }));
  const toggle = (name: string) =>
    onChange(tags.includes(name) ? tags.filter((other) => other !== name) : [...tags, name].sort());
  const create = (typed: string) => {
    const name = typed.replace(/^#+/, '').trim();
    if (name !== '' && !tags.includes(name)) toggle(name);
  };
  return (
    <OptionList
      label={messages.task.tags}
      options={options}
      onChoose={toggle}
      creation={{ label: dialogsMessages.task.createTag, create }}
    />
  );
}
