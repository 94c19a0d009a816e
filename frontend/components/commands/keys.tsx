import { Fragment } from 'react';
import { Kbd } from '@/components/ui/kbd';
import { isApple, keyLabels } from '@/lib/keys';
import { commandsMessages } from '@/lib/messages/commands';
import { isSwitchedOff } from '@/lib/single-keys';

/** How a command is typed, if it can be. */
export function Keys({ keys }: { keys: string }) {
  if (isSwitchedOff(keys)) return null;
  return (
    <span className="flex shrink-0 items-center gap-1">
      {keyLabels(keys, isApple()).map((press, index) => (
        <Fragment key={index}>
          {index > 0 ? <span className="text-xs text-muted">{commandsMessages.then}</span> : null}
          {press.map((key) => (
            <Kbd key={key}>{key}</Kbd>
          ))}
        </Fragment>
      ))}
    </span>
  );
}
