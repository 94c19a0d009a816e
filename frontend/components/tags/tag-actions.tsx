'use client';

import { lazy } from 'react';
import { LaterMenu } from '@/components/ui/later-menu';
import { messages } from '@/lib/messages';

const load = () => import('@/components/tags/tag-menu');
const TagMenu = lazy(load);

/** The menu of a tag, beside its name. */
export function TagActions({ name }: { name: string }) {
  return (
    <LaterMenu label={messages.list.actions(name)} load={load}>
      <TagMenu name={name} />
    </LaterMenu>
  );
}
