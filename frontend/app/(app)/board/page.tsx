import type { Metadata } from 'next';
import { BoardView } from '@/components/tasks/board/board-view';
import { messages } from '@/lib/messages';

export const metadata: Metadata = { title: messages.nav.board };

export default function BoardPage() {
  return <BoardView />;
}
