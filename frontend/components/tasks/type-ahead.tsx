'use client';

import { clsx } from 'clsx/lite';
import { Folder, Hash, Plus } from 'lucide';
import { useEffect, useId, useState, type ReactNode, type RefObject } from 'react';
import { flushSync } from 'react-dom';
import { Icon } from '@/components/ui/icon';
import { announceProblem } from '@/lib/announce';
import { messageOf } from '@/lib/api/errors';
import { COLORS } from '@/lib/colors';
import { useData, useRemote } from '@/lib/data-provider';
import { randomId } from '@/lib/id';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { addProject } from '@/lib/projects/change';
import { finished, offersFor, openingAt, type Offer } from '@/lib/tasks/type-ahead';
import { useCaret } from '@/lib/use-caret';

type Typing = {
  line: string;
  input: RefObject<HTMLInputElement | null>;
  onChange: (line: string) => void;
  /** A project is made of what is typed: the line will mean something else. */
  onCreate: () => void;
};

/** What a tag or a project that is begun in a line may become, to be chosen; null where there is nothing to choose. */
export function useTypeAhead({ line, input, onChange, onCreate }: Typing): ReactNode {
  const id = useId();
  const data = useData();
  const { value: tags = [] } = useRemote(data.tags);
  const { value: projects = [] } = useRemote(data.projects);
  const caret = useCaret(input);
  /** Where the word begins for which somebody wants none. */
  const [closedAt, setClosedAt] = useState<number | null>(null);
  const [moved, setMoved] = useState({ word: '', to: -1 });

  const opening = caret === null ? null : openingAt(line, caret);
  // The word is left, and another may begin in its place.
  if (closedAt !== null && caret !== null && opening?.start !== closedAt) setClosedAt(null);
  const names = { '#': tags.map(({ name }) => name), '+': projects.map(({ name }) => name) };
  const offers = opening === null || opening.start === closedAt ? [] : offersFor(opening, names[opening.sign]);
  const word = opening ? line.slice(opening.start, opening.end) : '';
  // The key that sends a line creates no project, and takes none of which nothing was typed.
  const first = opening && opening.typed !== '' && offers[0]?.isNew === false ? 0 : -1;
  const active = moved.word === word ? Math.min(moved.to, offers.length - 1) : first;

  const finish = (name: string) => {
    const field = input.current;
    // Who has typed on meanwhile has finished it.
    if (!opening || !field || field.value !== line) return;
    const { line: next, caret: to } = finished(line, opening, name);
    // At once: what is typed next goes where the caret is by then.
    flushSync(() => onChange(next));
    field.setSelectionRange(to, to);
  };
  const choose = ({ name, isNew }: Offer) => {
    if (!isNew) return finish(name);
    setClosedAt(opening?.start ?? null);
    onCreate();
    void addProject(data, { name, color: COLORS[0] }, randomId()).then(
      () => finish(name),
      (error: unknown) => {
        setClosedAt(null);
        announceProblem(messageOf(error));
      },
    );
  };

  useEffect(() => {
    const field = input.current;
    if (!field || offers.length === 0) return;
    /** Whether the key is for the list. */
    const take = (key: string): boolean => {
      const offer = offers[active];
      if (key === 'ArrowDown') setMoved({ word, to: (active + 1) % offers.length });
      else if (key === 'ArrowUp') setMoved({ word, to: (active <= 0 ? offers.length : active) - 1 });
      else if (key === 'Escape') setClosedAt(opening?.start ?? null);
      else if (offer && (key === 'Enter' || key === 'Tab')) choose(offer);
      else return false;
      return true;
    };
    const press = (event: KeyboardEvent) => {
      const isPlain = !(event.isComposing || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey);
      if (event.target !== field || !isPlain || !take(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    // Before a dialog hears of it: Escape would close that.
    window.addEventListener('keydown', press, { capture: true });
    return () => window.removeEventListener('keydown', press, { capture: true });
  });

  useCombobox(input, offers.length > 0 ? id : null, active);

  if (opening === null || offers.length === 0) return null;
  return (
    <ul role="listbox" id={id} aria-label={opening.sign === '#' ? messages.nav.tags : messages.nav.projects} className="min-w-56 text-sm">
      {offers.map((offer, index) => (
        <li
          key={offer.name}
          id={optionId(id, index)}
          role="option"
          aria-selected={index === active}
          // The focus stays in the field.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(offer)}
          className={clsx(
            'flex min-h-8 cursor-default items-center gap-2.5 rounded-md px-2 select-none hover:bg-hover pointer-coarse:min-h-11',
            index === active && 'bg-hover',
          )}
        >
          <Icon of={offer.isNew ? Plus : opening.sign === '#' ? Hash : Folder} className="size-4 shrink-0 text-muted" />
          <span className="min-w-0 truncate">{offer.isNew ? dialogsMessages.quick.createProject(offer.name) : offer.name}</span>
        </li>
      ))}
    </ul>
  );
}

function optionId(list: string, index: number): string {
  return `${list}-${index}`;
}

/** Tells who cannot see it that a field has a list, and what is chosen there. Without one it is a field like any other. */
function useCombobox(input: RefObject<HTMLInputElement | null>, list: string | null, active: number): void {
  useEffect(() => {
    const field = input.current;
    if (!field || list === null) return;
    const marks = { role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'true', 'aria-controls': list };
    for (const [name, value] of Object.entries(marks)) field.setAttribute(name, value);
    return () => {
      for (const name of Object.keys(marks)) field.removeAttribute(name);
    };
  }, [input, list]);
  useEffect(() => {
    const field = input.current;
    if (!field || list === null || active === -1) return;
    field.setAttribute('aria-activedescendant', optionId(list, active));
    return () => field.removeAttribute('aria-activedescendant');
  }, [input, list, active]);
}
