'use client';

import { Select } from '@/components/ui/select';
import { useData, useRemote } from '@/lib/data-provider';
import { messages } from '@/lib/messages';
import { viewsMessages } from '@/lib/messages/views';

const ALL = 'all';

type Props = {
  projectId: string | null;
  'aria-invalid'?: boolean;
  'aria-describedby'?: string;
  onChange: (id: string | null) => void;
};

/** All projects, or one. */
export function ProjectFilter({ projectId, onChange, ...marks }: Props) {
  const { value: projects = [] } = useRemote(useData().projects);
  if (projects.length === 0) return null;
  return (
    <Select
      {...marks}
      label={messages.task.project}
      value={projectId ?? ALL}
      options={[
        { value: ALL, label: viewsMessages.allProjects },
        ...projects.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      onChange={(value) => onChange(value === ALL ? null : value)}
      className="h-8! w-44!"
    />
  );
}
