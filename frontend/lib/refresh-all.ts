import type { Data } from '@/lib/data';

/** Reads everything anew. */
export function refreshAll({ tasks, projects, tags, profile, unread, heard }: Data): void {
  for (const remote of [tasks, projects, tags, profile, unread]) void remote.refresh();
  heard.set({ about: 'everything' });
}
