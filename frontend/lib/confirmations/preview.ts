import type { Schemas } from '@/lib/api';

export type Confirmation = Schemas['ConfirmationItem'];

/** What somebody is asked, as the agent keeps it (`services/agent/src/tool/consent.rs`). */
export type Preview = {
  sentence: string;
  lines: readonly Line[];
  /** Lines that are left out. */
  more: number;
};

/** What would become of a task; one that would be made has no id. */
export type Line = { id: string | null; title: string; change: string };

/** Reads a preview. Of one that a later agent has written otherwise, as much as there is. */
export function previewOf(confirmation: Confirmation): Preview {
  const { sentence, diff, more }: Record<string, unknown> = confirmation.preview;
  return {
    sentence: textOf(sentence) || confirmation.tool,
    lines: Array.isArray(diff) ? diff.map(lineOf) : [],
    more: typeof more === 'number' ? more : 0,
  };
}

function lineOf(line: unknown): Line {
  const { id, title, change }: Record<string, unknown> = typeof line === 'object' && line !== null ? { ...line } : {};
  return { id: typeof id === 'string' ? id : null, title: textOf(title), change: textOf(change) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
