'use client';

import { useLayoutEffect } from 'react';
import { useElement } from '@/components/tasks/list/tools/use-element';
import { usePlace } from '@/components/tasks/drag/use-drag';
import type { Project } from '@/lib/api';
import { useData, useRemote } from '@/lib/data-provider';
import { messages } from '@/lib/messages';

const PREFIX = 'project:';
const INBOX = { id: '', name: messages.nav.inbox, href: '/inbox' };

/** The navigation's projects are places where tasks can be put. */
export function ProjectPlaces() {
  const { value: projects = [] } = useRemote(useData().projects);
  const places = [INBOX, ...projects.map(({ id, name }: Project) => ({ id, name, href: `/projects/${id}` }))];
  return places.map((place) => <Place key={place.id} {...place} />);
}

/** The project of a place, null for the inbox, undefined if it is none of these. */
ProjectPlaces.projectOf = (place: string): string | null | undefined =>
  place.startsWith(PREFIX) ? place.slice(PREFIX.length) || null : undefined;

function Place({ id, name, href }: typeof INBOX) {
  const { ref, isOver } = usePlace(`${PREFIX}${id}`, name);
  const link = useElement(`aside a[href="${CSS.escape(href)}"]`);
  useLayoutEffect(() => ref(link), [link, ref]);
  useLayoutEffect(() => {
    link?.toggleAttribute('data-over', isOver);
    return () => link?.removeAttribute('data-over');
  }, [link, isOver]);
  return null;
}
