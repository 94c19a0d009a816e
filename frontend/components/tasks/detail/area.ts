import type { Task } from '@/lib/api';
import type { WriteOptions } from '@/lib/tasks/write-task';

/** Of a field for text that looks like the text until somebody comes near. */
export const areaClass =
  'field-sizing-content w-full resize-none rounded-md bg-transparent px-1.5 py-1 placeholder:text-muted hover:bg-hover ' +
  'focus:bg-raised focus:outline-1 focus:outline-line-strong';

export type FieldProps = { task: Task; onSave: (seen: Task, text: string, atField: WriteOptions['atField']) => void };
