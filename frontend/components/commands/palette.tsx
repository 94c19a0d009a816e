'use client';

import { Command as Cmdk } from 'cmdk';
import { Circle, CircleCheck, Search } from 'lucide';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import { Keys } from '@/components/commands/keys';
import { Dialog } from '@/components/ui/dialog';
import { Icon } from '@/components/ui/icon';
import { commands, type Command } from '@/lib/commands';
import { commandsMessages } from '@/lib/messages/commands';
import { openTask } from '@/lib/open-task';
import { useStore } from '@/lib/store';
import { useTasks } from '@/lib/tasks/provider';
import { search, words } from '@/lib/tasks/search';

const text = commandsMessages;
const SHOWN_TASKS = 8;

const itemClass =
  'flex min-h-9 cursor-default items-center gap-3 rounded-md px-2.5 py-1.5 select-none data-[selected=true]:bg-hover pointer-coarse:min-h-11';

/** Finds tasks and does things, by what is typed. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const router = useRouter();
  const offered = useStore(commands);
  const { byId } = useTasks();
  const tasks = useMemo(() => search(byId.values(), typed, SHOWN_TASKS), [byId, typed]);
  const wanted = words(typed);
  const fits = ({ title, isOnlyKeys }: Command) =>
    !isOnlyKeys && wanted.every((word) => title.toLowerCase().includes(word));
  const choose = (run: () => void) => () => {
    onClose();
    // After the dialog has given the focus back: what runs may want it.
    setTimeout(run, 0);
  };
  const section = (title: string, found: readonly Command[]) =>
    found.length > 0 ? (
      <Cmdk.Group heading={title} className={groupClass}>
        {found.map((command) => (
          <Cmdk.Item key={command.id} value={command.id} onSelect={choose(command.run)} className={itemClass}>
            <span className="flex-1">{command.title}</span>
            {command.keys ? <Keys keys={command.keys} /> : null}
          </Cmdk.Item>
        ))}
      </Cmdk.Group>
    ) : null;
  return (
    <Dialog isOpen onClose={onClose} title={text.title} isTitleHidden className="max-w-xl p-0!">
      <Cmdk label={text.title} shouldFilter={false} loop>
        <Cmdk.Input
          autoFocus
          value={typed}
          onValueChange={setTyped}
          placeholder={text.placeholder}
          className="h-12 w-full border-b bg-transparent px-4 text-base outline-none placeholder:text-muted sm:text-sm"
        />
        <Cmdk.List className="max-h-[56vh] overflow-y-auto p-2">
          <Cmdk.Empty className="py-8 text-center text-muted">{text.nothing}</Cmdk.Empty>
          {tasks.length > 0 ? (
            <Cmdk.Group heading={text.tasks} className={groupClass}>
              {tasks.map((task) => {
                const icon = task.completed ? CircleCheck : Circle;
                return (
                  <Cmdk.Item key={task.id} value={task.id} onSelect={choose(() => openTask(task.id))} className={itemClass}>
                    <Icon of={icon} className="size-4 shrink-0 text-muted" />
                    <span className="min-w-0 flex-1 truncate">{task.title}</span>
                  </Cmdk.Item>
                );
              })}
            </Cmdk.Group>
          ) : null}
          {section(text.actions, offered.filter((command) => command.group === 'anywhere' && fits(command)))}
          {section(text.goTo, offered.filter((command) => command.group === 'go' && fits(command)))}
          {wanted.length > 0 ? (
            <Cmdk.Group className={groupClass}>
              <Cmdk.Item value="everywhere" onSelect={choose(() => router.push(`/search?q=${encodeURIComponent(typed.trim())}`))} className={itemClass}>
                <Icon of={Search} className="size-4 shrink-0 text-muted" />
                <span className="min-w-0 flex-1 truncate">{text.everywhere(typed.trim())}</span>
              </Cmdk.Item>
            </Cmdk.Group>
          ) : null}
        </Cmdk.List>
      </Cmdk>
    </Dialog>
  );
}

const groupClass =
  '[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs ' +
  '[&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted';
