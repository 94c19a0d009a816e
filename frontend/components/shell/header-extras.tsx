import { ChatButton } from '@/components/shell/chat-button';
import { ConnectionBadge } from '@/components/shell/connection-badge';
import { NotificationsButton } from '@/components/shell/notifications-button';
import { ThemeButton } from '@/components/shell/theme-button';
import { WaitingButton } from '@/components/shell/waiting-button';

/** What of the header is there a moment later than the page. */
export default function HeaderExtras() {
  return (
    <>
      <ConnectionBadge />
      <WaitingButton />
      <ChatButton />
      <NotificationsButton />
      <ThemeButton />
    </>
  );
}
