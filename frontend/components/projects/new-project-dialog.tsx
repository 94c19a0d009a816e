'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { FIRST_COLOR } from '@/components/ui/color-field';
import { NamedColorDialog } from '@/components/ui/named-color-dialog';
import { useData } from '@/lib/data-provider';
import { randomId } from '@/lib/id';
import { messages } from '@/lib/messages';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { addProject } from '@/lib/projects/change';

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
      onSave={async (fields) => {
        const { id } = await addProject(data, fields, key);
        router.push(`/projects/${id}`);
      }}
    />
  );
}
