'use client';

import { Command as Cmdk } from 'cmdk';
import { Circle, CircleCheck, Folder, Hash, Plus, Search } from 'lucide';
import { useRouter } from 'next/navigation';
import { useMemo, useState, type ReactNode } from 'react';
import { Keys } from '@/components/commands/keys';
import { Dialog } from '@/components/ui/dialog';
import { Icon, type IconNode } from '@/components/ui/icon';
import { commands, type Command } from '@/lib/commands';
import { useData, useRemote } from '@/lib/data-provider';
import { messages } from '@/lib/messages';
import { commandsMessages } from '@/lib/messages/commands';
import { openTask } from '@/lib/open-task';
import { useStore } from '@/lib/store';
import { useTasks } from '@/lib/tasks/provider';
import { hasAll, search, words } from '@/lib/tasks/search';
import { creation } from '@/lib/tasks/write';
import { writeTask } from '@/lib/tasks/write-task';

const text = commandsMessages;
/** Of each kind. */
const SHOWN = 8;

const itemClass =
  'flex min-h-9 cursor-default items-center gap-3 rounded-md px-2.5 py-1.5 select-none data-[selected=true]:bg-hover pointer-coarse:min-h-11';

/** Finds tasks, projects and tags, goes everywhere and does things, by what is typed. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const data = useData();
  const router = useRouter();
  const offered = useStore(commands);
  const { byId } = useTasks();
  const { value: projects = [] } = useRemote(data.projects);
  const { value: tags = [] } = useRemote(data.tags);
  const tasks = useMemo(() => search(byId.values(), typed, SHOWN), [byId, typed]);
  const line = typed.trim();
  const wanted = words(typed);
  const choose = (run: () => void) => () => {
    onClose();
    // After the dialog has given the focus back: what runs may want it.
    setTimeout(run, 0);
  };
  const go = (path: string) => choose(() => router.push(path));
  /** By their names, with the sign of quick add or without it. */
  const called = <T extends { name: string }>(places: readonly T[], sign: '#' | '+') =>
    line === '' ? [] : places.filter(({ name }) => hasAll(sign + name, wanted)).slice(0, SHOWN);
  const ofGroup = (group: Command['group']) =>
    offered
      .filter((command) => command.group === group && !command.isOnlyKeys && hasAll(command.title, wanted))
      .map(({ id, title, keys, run }) => (
        <Item key={id} value={id} keys={keys} onChoose={choose(run)}>
          {title}
        </Item>
      ));
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
          <Group title={text.tasks}>
            {tasks.map(({ id, title, completed }) => (
              <Item key={id} value={id} icon={completed ? CircleCheck : Circle} onChoose={choose(() => openTask(id))}>
                {title}
              </Item>
            ))}
          </Group>
          <Group title={messages.nav.projects}>
            {called(projects, '+').map(({ id, name, color }) => (
              <Item key={id} value={`+${id}`} icon={Folder} color={color} onChoose={go(`/projects/${id}`)}>
                {name}
              </Item>
            ))}
          </Group>
          <Group title={messages.nav.tags}>
            {called(tags, '#').map(({ name, color }) => (
              <Item key={name} value={`#${name}`} icon={Hash} color={color} onChoose={go(`/tags/${encodeURIComponent(name)}`)}>
                {name}
              </Item>
            ))}
          </Group>
          <Group title={text.actions}>{ofGroup('anywhere')}</Group>
          <Group title={text.goTo}>{ofGroup('go')}</Group>
          {line === '' ? null : (
            <Cmdk.Group className={groupClass}>
              <Item value="add" icon={Plus} onChoose={choose(() => void writeTask(data, creation({ title: line }, line)))}>
                {text.add(line)}
              </Item>
              <Item value="everywhere" icon={Search} onChoose={go(`/search?q=${encodeURIComponent(line)}`)}>
                {text.everywhere(line)}
              </Item>
            </Cmdk.Group>
          )}
        </Cmdk.List>
      </Cmdk>
    </Dialog>
  );
}

/** What was found of one kind; nothing, if nothing was. */
function Group({ title, children }: { title: string; children: readonly ReactNode[] }) {
  if (children.length === 0) return null;
  return (
    <Cmdk.Group heading={title} className={groupClass}>
      {children}
    </Cmdk.Group>
  );
}

type ItemProps = {
  value: string;
  icon?: IconNode;
  color?: string | null;
  keys?: string;
  onChoose: () => void;
  children: string;
};

function Item({ value, icon, color, keys, onChoose, children }: ItemProps) {
  return (
    <Cmdk.Item value={value} onSelect={onChoose} className={itemClass}>
      {icon ? <Icon of={icon} className="size-4 shrink-0 text-muted" style={color ? { color } : undefined} /> : null}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {keys ? <Keys keys={keys} /> : null}
    </Cmdk.Item>
  );
}

const groupClass =
  '[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs ' +
  '[&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted';
