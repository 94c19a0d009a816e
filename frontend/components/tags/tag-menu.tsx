'use client';

import { Ellipsis, Pencil, Trash2 } from 'lucide';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { NamedColorDialog } from '@/components/ui/named-color-dialog';
import { announceProblem } from '@/lib/announce';
import { api, MERGE_PATCH, written } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import type { Data } from '@/lib/data';
import { useData, useRemote } from '@/lib/data-provider';
import { randomId } from '@/lib/id';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { noteChange } from '@/lib/undo';

const text = dialogsMessages.tag;

/** What can be done with a tag, on every task that carries it. */
export default function TagMenu({ name }: { name: string }) {
  const data = useData();
  const router = useRouter();
  const { value: tags } = useRemote(data.tags);
  const [isEditing, setIsEditing] = useState(false);
  const leave = async () => {
    try {
      await remove(data, name);
      router.push('/dashboard');
    } catch (error) {
      announceProblem(messageOf(error));
    }
  };
  const trigger = (
    <Button variant="ghost" size="icon" aria-label={messages.list.actions(name)}>
      <Icon of={Ellipsis} className="size-4" />
    </Button>
  );
  return (
    <>
      <Menu trigger={trigger} defaultOpen>
        <MenuItem onSelect={() => setIsEditing(true)}>
          <Icon of={Pencil} />
          {text.edit}
        </MenuItem>
        <MenuSeparator />
        <MenuItem isDanger onSelect={() => void leave()}>
          <Icon of={Trash2} />
          {text.delete}
        </MenuItem>
      </Menu>
      {isEditing ? (
        <NamedColorDialog
          title={text.editTitle}
          action={dialogsMessages.project.save}
          initial={{ name, color: tags?.find((tag) => tag.name === name)?.color ?? null }}
          maxLength={50}
          onClose={() => setIsEditing(false)}
          onSave={async (values) => {
            const tag = await change(data, name, values);
            if (tag.name !== name) router.replace(`/tags/${encodeURIComponent(tag.name)}`);
          }}
        />
      ) : null}
    </>
  );
}

/** Where the name is taken the two become one, in the other's colour. */
async function change(data: Data, name: string, body: { name: string; color: string | null }) {
  const { data: tag, changeSetId } = await written(
    api.PATCH('/tags/{name}', {
      headers: MERGE_PATCH,
      body: body.name === name ? { color: body.color } : body,
      params: { path: { name }, header: { 'Idempotency-Key': randomId() } },
    }),
  );
  await data.tags.refresh();
  if (changeSetId !== null) noteChange(data, dialogsMessages.changes.tagChanged, changeSetId);
  return tag;
}

async function remove(data: Data, name: string): Promise<void> {
  const { changeSetId } = await written(
    api.DELETE('/tags/{name}', { params: { path: { name }, header: { 'Idempotency-Key': randomId() } } }),
  );
  await data.tags.refresh();
  if (changeSetId !== null) noteChange(data, dialogsMessages.changes.tagDeleted, changeSetId);
}
