'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { FIRST_COLOR } from '@/components/ui/color-field';
import { NamedColorDialog } from '@/components/ui/named-color-dialog';
import { api, written } from '@/lib/api';
import { useData } from '@/lib/data-provider';
import { randomId } from '@/lib/id';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { patch } from '@/lib/patch';
import { withProject } from '@/lib/projects/list';
import { noteChange } from '@/lib/undo';

export default function NewProjectDialog({ onClose }: { onClose: () => void }) {
  const data = useData();
  const router = useRouter();
  const [key] = useState(randomId);
  return (
    <NamedColorDialog
      title={messages.nav.newProject}
      action={dialogsMessages.project.create}
      initial={{ name: '', color: FIRST_COLOR }}
      maxLength={100}
      onClose={onClose}
      onSave={async (body) => {
        const project = await written(api.POST('/projects', { body, params: { header: { 'Idempotency-Key': key } } }));
        patch(data.projects, (projects) => withProject(projects, project.data));
        router.push(`/projects/${project.data.id}`);
        if (project.changeSetId !== null) noteChange(data, dialogsMessages.changes.projectCreated, project.changeSetId);
      }}
    />
  );
}
