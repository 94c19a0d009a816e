import { createStore } from '@/lib/store';

/** What a person is told in passing, and how it can be taken back. */
export type Announcement = {
  text: string;
  tone: 'done' | 'problem';
  action?: { label: string; run: () => void };
};

/** The newest; whoever draws shows it. */
export const announcement = createStore<Announcement | null>(null);

export function announce(text: string, action?: Announcement['action']): void {
  announcement.set({ text, tone: 'done', action });
}

export function announceProblem(text: string, action?: Announcement['action']): void {
  announcement.set({ text, tone: 'problem', action });
}
