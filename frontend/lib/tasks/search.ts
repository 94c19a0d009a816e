import type { Task } from '@/lib/api';

/** What is typed, word by word, in lower case. */
export function words(typed: string): string[] {
  return typed.toLowerCase().split(/\s+/).filter(Boolean);
}

/** Whether a text has all the words. */
export function hasAll(text: string, wanted: readonly string[]): boolean {
  const lower = text.toLowerCase();
  return wanted.every((word) => lower.includes(word));
}

/** The first few known tasks that have all the words, open ones and those found by title first. */
export function search(tasks: Iterable<Task>, typed: string, limit: number): Task[] {
  const wanted = words(typed);
  if (wanted.length === 0) return [];
  const found: { task: Task; rank: number }[] = [];
  for (const task of tasks) {
    const inTitle = hasAll(task.title, wanted);
    if (!inTitle && !hasAll(`${task.title} ${task.description}`, wanted)) continue;
    found.push({ task, rank: (task.completed ? 2 : 0) + (inTitle ? 0 : 1) });
  }
  return found
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit)
    .map(({ task }) => task);
}
