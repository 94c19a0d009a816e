'use client';

import { useState } from 'react';
import { Keys } from '@/components/commands/keys';
import { Checkbox } from '@/components/ui/checkbox';
import { Dialog } from '@/components/ui/dialog';
import { commands, type Command } from '@/lib/commands';
import { commandsMessages } from '@/lib/messages/commands';
import { hasSingleKeys, isSwitchedOff, setSingleKeys } from '@/lib/single-keys';
import { useStore } from '@/lib/store';

const text = commandsMessages;
const GROUPS: readonly Command['group'][] = ['anywhere', 'go', 'task', 'list'];

/** Every key that does something here. */
export default function Help({ onClose }: { onClose: () => void }) {
  const offered = useStore(commands).filter(({ keys }) => keys !== undefined && !isSwitchedOff(keys));
  const [isOn, setIsOn] = useState(hasSingleKeys);
  const choose = (isWanted: boolean) => {
    setSingleKeys(isWanted);
    setIsOn(isWanted);
  };
  return (
    <Dialog isOpen onClose={onClose} title={text.helpTitle} className="max-w-2xl">
      <label className="mt-3 flex items-center gap-2.5">
        <Checkbox checked={isOn} onCheckedChange={(isChecked) => choose(isChecked === true)} />
        {text.singleKeys}
      </label>
      <p className="mt-1 ml-7 text-[0.8125rem] text-muted">{text.singleKeysHint}</p>
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
