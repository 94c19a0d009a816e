'use client';

import { Keys } from '@/components/commands/keys';
import { Dialog } from '@/components/ui/dialog';
import { commands, type Command } from '@/lib/commands';
import { commandsMessages } from '@/lib/messages/commands';
import { useStore } from '@/lib/store';

const text = commandsMessages;
const GROUPS: readonly Command['group'][] = ['anywhere', 'go', 'task', 'list'];

/** Every key that does something here. */
export default function Help({ onClose }: { onClose: () => void }) {
  const offered = useStore(commands).filter(({ keys }) => keys !== undefined);
  return (
    <Dialog isOpen onClose={onClose} title={text.helpTitle} className="max-w-2xl">
      <div className="mt-4 columns-1 gap-8 sm:columns-2">
        {GROUPS.filter((group) => offered.some((command) => command.group === group)).map((group) => (
          <section key={group} className="mb-5 break-inside-avoid">
            <h3 className="mb-1 text-xs font-medium text-muted">{text.groups[group]}</h3>
            <dl>
              {offered
                .filter((command) => command.group === group)
                .map((command) => (
                  <div key={command.id} className="flex min-h-8 items-center justify-between gap-4">
                    <dt>{command.title}</dt>
                    <dd>
                      <Keys keys={command.keys ?? ''} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
