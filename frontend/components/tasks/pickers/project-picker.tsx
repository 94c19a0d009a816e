'use client';

import { Folder, Inbox } from 'lucide';
import { OptionList } from '@/components/tasks/pickers/option-list';
import { Icon } from '@/components/ui/icon';
import { useData, useRemote } from '@/lib/data-provider';
import { messages } from '@/lib/messages';

/** `undefined`: of several tasks, some are in one and some in another. */
type Props = { projectId: string | null | undefined; onChoose: (projectId: string | null) => void };

const NONE = 'none';

export function ProjectPicker({ projectId, onChoose }: Props) {
  const { value: projects = [] } = useRemote(useData().projects);
  const options = [
    {
      value: NONE,
      label: messages.task.noProject,
      isChosen: projectId === null,
      icon: <Icon of={Inbox} className="size-4 shrink-0 text-muted" />,
    },
    ...projects.map(({ id, name, color }) => ({
      value: id,
      label: name,
      isChosen: id === projectId,
      icon: <Icon of={Folder} className="size-4 shrink-0 text-muted" style={{ color: color ?? undefined }} />,
    })),
  ];
  return (
    <OptionList
      label={messages.task.project}
      options={options}
      onChoose={(value) => onChoose(value === NONE ? null : value)}
    />
  );
}
