'use client';

import { Command as Cmdk } from 'cmdk';
import { Check, Plus } from 'lucide';
import { useState, type ReactNode } from 'react';
import { Icon } from '@/components/ui/icon';

export type Option = { value: string; label: string; icon?: ReactNode; isChosen: boolean };

type Props = {
  label: string;
  options: readonly Option[];
  onChoose: (value: string) => void;
  /** What stands at the end of the list when the text is none of the options. */
  creation?: { label: (typed: string) => string; create: (typed: string) => void };
};

/** A list to choose from, shortened by typing. */
export function OptionList({ label, options, onChoose, creation }: Props) {
  const [typed, setTyped] = useState('');
  const wanted = typed.trim().toLowerCase();
  const found = options.filter((option) => option.label.toLowerCase().includes(wanted));
  const isNew = wanted !== '' && !options.some((option) => option.label.toLowerCase() === wanted);
  return (
    <Cmdk label={label} shouldFilter={false} loop>
      <Cmdk.Input
        autoFocus
        value={typed}
        onValueChange={setTyped}
        placeholder={`${label}…`}
        className="h-10 w-full border-b bg-transparent px-3.5 text-base outline-none placeholder:text-muted sm:text-sm"
      />
      <Cmdk.List className="max-h-72 overflow-y-auto p-1.5">
        {found.map(({ value, label: name, icon, isChosen }) => (
          <Cmdk.Item key={value} value={value} onSelect={() => onChoose(value)} className={itemClass}>
            {icon}
            <span className="min-w-0 flex-1 truncate">{name}</span>
            {isChosen ? <Icon of={Check} className="size-4 shrink-0 text-muted" /> : null}
          </Cmdk.Item>
        ))}
        {creation && isNew ? (
          <Cmdk.Item value={`create ${wanted}`} onSelect={() => creation.create(typed.trim())} className={itemClass}>
            <Icon of={Plus} className="size-4 shrink-0 text-muted" />
            <span className="min-w-0 flex-1 truncate">{creation.label(typed.trim())}</span>
          </Cmdk.Item>
        ) : null}
      </Cmdk.List>
    </Cmdk>
  );
}

const itemClass =
  'flex min-h-8 cursor-default items-center gap-2.5 rounded-md px-2 py-1 select-none data-[selected=true]:bg-hover pointer-coarse:min-h-11';
