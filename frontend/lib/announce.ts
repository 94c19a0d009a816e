import { createStore } from '@/lib/store';

/** What a person is told in passing, and how it can be taken back. */
export type Announcement = {
  text: string;
  tone: 'done' | 'problem';
  action?: { label: string; run: () => void };
  /** In a place of its own, until it is dismissed or acted upon. `label` is what dismisses it. */
  stays?: { id: string; label: string; onDismiss: () => void };
};

/** The newest; whoever draws shows it. */
export const announcement = createStore<Announcement | null>(null);

export function announce(text: string, action?: Announcement['action']): void {
  announcement.set({ text, tone: 'done', action });
}

export function announceProblem(text: string, action?: Announcement['action']): void {
  announcement.set({ text, tone: 'problem', action });
}

/** A change that could not be saved, and can be tried again. */
export type Unsaved = { text: string; retry: () => void };

/** The oldest first. They stand until somebody has answered: whatever is said meanwhile takes none away. */
export const unsaved = createStore<readonly Unsaved[]>([]);

export function announceUnsaved(text: string, retry: () => void): void {
  unsaved.set((all) => [...all, { text, retry }]);
}

/** These are tried again, or given up. */
export function answerUnsaved(changes: readonly Unsaved[]): void {
  unsaved.set((all) => all.filter((each) => !changes.includes(each)));
}
