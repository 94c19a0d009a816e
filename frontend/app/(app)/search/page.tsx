import type { Metadata } from 'next';
import { SearchView } from '@/components/tasks/search/search-view';
import { messages } from '@/lib/messages';

export const metadata: Metadata = { title: messages.nav.search };

export default function SearchPage() {
  return <SearchView />;
}
