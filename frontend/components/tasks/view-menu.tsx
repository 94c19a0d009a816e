'use client';

import { SlidersHorizontal } from 'lucide';
import { useSearchParams } from 'next/navigation';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuCheckboxItem, MenuLabel, MenuRadioGroup, MenuRadioItem, MenuSeparator } from '@/components/ui/menu';
import { setParameters } from '@/lib/address';
import { viewsMessages } from '@/lib/messages/views';
import { choiceOf, VIEW_SORTS } from '@/lib/tasks/choice';
import type { Scope } from '@/lib/tasks/scope';

const text = viewsMessages.view;

/** Chooses with what and in which order a list is seen. */
export default function ViewMenu({ scope }: { scope: Scope }) {
  const { hasDone, sort } = choiceOf(useSearchParams());
  const isArranged = scope.kind === 'inbox' || scope.kind === 'project';
  // Where people give no order of their own, it goes by the date anyway.
  const sorts: readonly (keyof typeof text.sorts)[] = isArranged ? ['manual', ...VIEW_SORTS] : VIEW_SORTS;
  const usual = isArranged ? 'manual' : 'due';
  const trigger = (
    <Button variant="ghost" size="icon" aria-label={text.label}>
      <Icon of={SlidersHorizontal} className="size-4" />
    </Button>
  );
  return (
    <Menu trigger={trigger} defaultOpen>
      <MenuCheckboxItem checked={hasDone} onCheckedChange={(isWanted) => setParameters({ done: isWanted ? '1' : null })}>
        {text.done}
      </MenuCheckboxItem>
      <MenuSeparator />
      <MenuLabel>{text.sort}</MenuLabel>
      <MenuRadioGroup
        aria-label={text.sort}
        value={sort ?? usual}
        onValueChange={(value) => setParameters({ sort: value === usual ? null : value })}
      >
        {sorts.map((value) => (
          <MenuRadioItem key={value} value={value}>
            {text.sorts[value]}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
    </Menu>
  );
}
