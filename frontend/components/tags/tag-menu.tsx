'use client';

import { Ellipsis, Pencil, Trash2 } from 'lucide';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { NamedColorDialog } from '@/components/ui/named-color-dialog';
import { announceProblem } from '@/lib/announce';
import { messageOf } from '@/lib/api/errors';
import { useData, useRemote } from '@/lib/data-provider';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { changeTag, removeTag } from '@/lib/tags/change';

const text = dialogsMessages.tag;

/** What can be done with a tag, on every task that carries it. */
export default function TagMenu({ name }: { name: string }) {
  const data = useData();
  const router = useRouter();
  const { value: tags } = useRemote(data.tags);
  const [isEditing, setIsEditing] = useState(false);
  const leave = async () => {
    router.push('/dashboard');
    try {
      await removeTag(data, name);
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
          isOptimistic
          onClose={() => setIsEditing(false)}
          onSave={async (values) => {
            const tag = await changeTag(data, name, values);
            if (tag.name !== name) router.replace(`/tags/${encodeURIComponent(tag.name)}`);
          }}
        />
      ) : null}
    </>
  );
}
