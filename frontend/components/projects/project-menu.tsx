'use client';

import { Ellipsis, SquareKanban, Pencil, Trash2 } from 'lucide';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { NamedColorDialog } from '@/components/ui/named-color-dialog';
import { announceProblem } from '@/lib/announce';
import { api, etag, MERGE_PATCH, written, type Project } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import type { Data } from '@/lib/data';
import { useData } from '@/lib/data-provider';
import { randomId } from '@/lib/id';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { noteChange } from '@/lib/undo';

const text = dialogsMessages.project;

/** What can be done with a project. */
export default function ProjectMenu({ project }: { project: Project }) {
  const data = useData();
  const router = useRouter();
  const [isEditing, setIsEditing] = useState(false);
  const leave = async () => {
    try {
      await remove(data, project);
      router.push('/inbox');
    } catch (error) {
      announceProblem(messageOf(error));
    }
  };
  const trigger = (
    <Button variant="ghost" size="icon" aria-label={messages.list.actions(project.name)}>
      <Icon of={Ellipsis} className="size-4" />
    </Button>
  );
  return (
    <>
      <Menu trigger={trigger} defaultOpen>
        <MenuItem onSelect={() => router.push(`/board?by=status&project=${project.id}`)}>
          <Icon of={SquareKanban} />
          {messages.nav.board}
        </MenuItem>
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
          action={text.save}
          initial={{ name: project.name, color: project.color ?? null }}
          maxLength={100}
          onClose={() => setIsEditing(false)}
          onSave={(values) => change(data, project, values)}
        />
      ) : null}
    </>
  );
}

async function change(data: Data, project: Project, body: { name: string; color: string | null }): Promise<void> {
  const { changeSetId } = await written(
    api.PATCH('/projects/{id}', {
      headers: MERGE_PATCH,
      body,
      params: {
        path: { id: project.id },
        header: { 'If-Match': etag(project.version), 'Idempotency-Key': randomId() },
      },
    }),
  );
  await data.projects.refresh();
  if (changeSetId !== null) noteChange(data, dialogsMessages.changes.projectChanged, changeSetId);
}

/** Its tasks stay, without a project; events tell of each. */
async function remove(data: Data, { id }: Project): Promise<void> {
  const { changeSetId } = await written(
    api.DELETE('/projects/{id}', { params: { path: { id }, header: { 'Idempotency-Key': randomId() } } }),
  );
  await data.projects.refresh();
  if (changeSetId !== null) noteChange(data, dialogsMessages.changes.projectDeleted, changeSetId);
}
