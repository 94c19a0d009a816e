import { useEffect, useRef } from 'react';
import { createStore } from '@/lib/store';

/** Something that can be done: by its keys, from the palette, and as the help explains it. */
export type Command = {
  id: string;
  title: string;
  /** Within the open task, what is of `task` is heard, and nothing of the page. */
  group: 'anywhere' | 'list' | 'go' | 'task';
  /** One key (`x`), two in a row (`g t`), or one with Ctrl or ⌘ (`mod+k`). */
  keys?: string;
  /** Not in the palette: it is about what has the focus, and the palette takes that away. */
  isOnlyKeys?: boolean;
  run: () => void;
};

/** What can be done on the page as it is now. */
export const commands = createStore<readonly Command[]>([]);

/** Offers commands for as long as the component is there. `run` may change from draw to draw. */
export function useCommands(offered: readonly Command[]): void {
  const latest = useRef(offered);
  useEffect(() => {
    latest.current = offered;
  });
  const ids = offered.map(({ id }) => id).join();
  useEffect(() => {
    const stable = latest.current.map((command, index) => ({
      ...command,
      run: () => latest.current[index]?.run(),
    }));
    commands.set((others) => [...others, ...stable]);
    return () => commands.set((others) => others.filter((command) => !stable.includes(command)));
  }, [ids]);
}

/** Does what the first of these commands does that is offered now. */
export function runCommand(...ids: readonly string[]): void {
  const offered = commands.get();
  ids.flatMap((id) => offered.find((command) => command.id === id) ?? []).at(0)?.run();
}
