'use client';

import { useState } from 'react';
import { useTaskActions } from '@/components/tasks/actions';
import { DuePicker } from '@/components/tasks/pickers/due-picker';
import { PriorityPicker } from '@/components/tasks/pickers/priority-picker';
import { ProjectPicker } from '@/components/tasks/pickers/project-picker';
import { TagPicker } from '@/components/tasks/pickers/tag-picker';
import type { Picking } from '@/components/tasks/pickers/use-picker';
import { Popover } from '@/components/ui/popover';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import type { Fields } from '@/lib/tasks/write';

const LABELS = {
  due: dialogsMessages.due.title,
  priority: messages.task.priority,
  project: messages.task.project,
  tags: messages.task.tags,
};

/** Changes one thing about a task. */
export default function Picker({ kind, task, anchor, onClose }: Picking & { onClose: () => void }) {
  const { set } = useTaskActions();
  // Tags are picked one after the other, and are one change.
  const [tags, setTags] = useState(task.tags);
  const choose = (fields: Partial<Fields>) => {
    set(task, fields);
    onClose();
  };
  return (
    <Popover anchor={anchor} label={LABELS[kind]} onClose={() => choose(kind === 'tags' ? { tags } : {})} className="w-68">
      {kind === 'due' ? <DuePicker due={task.due ?? null} onChoose={(due) => choose({ due })} /> : null}
      {kind === 'priority' ? (
        <PriorityPicker priority={task.priority} onChoose={(priority) => choose({ priority })} />
      ) : null}
      {kind === 'project' ? (
        <ProjectPicker projectId={task.project_id ?? null} onChoose={(project_id) => choose({ project_id })} />
      ) : null}
      {kind === 'tags' ? <TagPicker tags={tags} onChange={setTags} /> : null}
    </Popover>
  );
}
