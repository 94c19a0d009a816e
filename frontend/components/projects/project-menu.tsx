'use client';

import { ArrowDown, ArrowUp, Ellipsis, SquareKanban, Pencil, Trash2 } from 'lucide';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Icon, type IconNode } from '@/components/ui/icon';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { NamedColorDialog } from '@/components/ui/named-color-dialog';
import { announceProblem } from '@/lib/announce';
import type { Project } from '@/lib/api';
import { messageOf } from '@/lib/api/errors';
import { useData, useRemote } from '@/lib/data-provider';
import { messages } from '@/lib/messages';
import { commandsMessages } from '@/lib/messages/commands';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { changeProject, removeProject } from '@/lib/projects/change';
import { moveProject, positionShifted } from '@/lib/projects/move';

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
        <Shift project={project} by={-1} icon={ArrowUp} label={commandsMessages.moveUp} />
        <Shift project={project} by={1} icon={ArrowDown} label={commandsMessages.moveDown} />
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

type ShiftProps = { project: Project; by: 1 | -1; icon: IconNode; label: string };

/** One place up or down in the navigation. */
function Shift({ project, by, icon, label }: ShiftProps) {
  const data = useData();
  const { value: projects = [] } = useRemote(data.projects);
  const position = positionShifted(projects, project.id, by);
  const shift = async () => {
    if (position === null) return;
    try {
      await moveProject(data, project, position);
    } catch (error) {
      announceProblem(messageOf(error));
    }
  };
  return (
    <MenuItem disabled={position === null} onSelect={() => void shift()}>
      <Icon of={icon} />
      {label}
    </MenuItem>
  );
}
