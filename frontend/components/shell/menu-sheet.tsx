'use client';

import { Sidebar } from '@/components/shell/sidebar';
import { Sheet } from '@/components/ui/sheet';
import { messages } from '@/lib/messages';

/** The sidebar, where there is no room for it. */
export default function MenuSheet({ onClose }: { onClose: () => void }) {
  return (
    <Sheet isOpen onClose={onClose} title={messages.nav.menu} side="left">
      <Sidebar />
    </Sheet>
  );
}
