'use client';

import { Segments } from '@/components/ui/segments';
import { setParameters } from '@/lib/address';
import { viewsMessages } from '@/lib/messages/views';

const text = viewsMessages.list;
const SECTIONS = ['date', 'project'] as const;

/** What the sections of the list are. It stands in the address. */
export default function SectionsSwitch({ by }: { by: (typeof SECTIONS)[number] }) {
  return (
    <Segments
      label={text.by}
      value={by}
      options={SECTIONS.map((value) => ({ value, label: text.sections[value] }))}
      onChange={(value) => setParameters({ by: value === 'project' ? value : null })}
    />
  );
}
