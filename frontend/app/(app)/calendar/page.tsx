import type { Metadata } from 'next';
import { CalendarView } from '@/components/tasks/calendar/calendar-view';
import { messages } from '@/lib/messages';

export const metadata: Metadata = { title: messages.nav.calendar };

export default function CalendarPage() {
  return <CalendarView />;
}
