'use client';

import { Ellipsis, SquareKanban, Pencil, Trash2 } from 'lucide';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { NamedColorDialog } from '@/components/ui/named-color-dialog';
import { announceProblem } from '@/lib/announce';
import type { Project } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import { useData } from '@/lib/data-provider';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { changeProject, removeProject } from '@/lib/projects/change';

const text = dialogsMessages.project;

/** What can be done with a project. */
export default function ProjectMenu({ project }: { project: Project }) {
  const data = useData();
  const router = useRouter();
  // As it was when the editing began: what others change meanwhile is not overwritten.
  const [editing, setEditing] = useState<Project | null>(null);
  const leave = async () => {
    router.push('/inbox');
    try {
      await removeProject(data, project);
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
        <MenuItem onSelect={() => setEditing(project)}>
          <Icon of={Pencil} />
          {text.edit}
        </MenuItem>
        <MenuSeparator />
        <MenuItem isDanger onSelect={() => void leave()}>
          <Icon of={Trash2} />
          {text.delete}
        </MenuItem>
      </Menu>
      {editing ? (
        <NamedColorDialog
          title={text.editTitle}
          action={text.save}
          initial={{ name: editing.name, color: editing.color ?? null }}
          maxLength={100}
          isOptimistic
          onClose={() => setEditing(null)}
          onSave={(values) => changeProject(data, editing, values)}
        />
      ) : null}
    </>
  );
}
