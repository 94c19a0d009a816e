/** The ChatKit protocol, as much of it as the agent speaks (`services/agent/src/chatkit`). */

export type Action = { type: string; payload?: Record<string, unknown> };

/** What a card is made of. What a later agent may send besides is left out. */
export type Widget = {
  type: string;
  key?: string;
  value?: string;
  label?: string;
  style?: string;
  color?: string;
  onClickAction?: Action;
  children?: Widget[];
};

export type WorkflowTask = {
  type: string;
  title?: string | null;
  content?: string | null;
  status_indicator?: 'none' | 'loading' | 'complete' | null;
};

type TextPart = { type: string; text: string };
type Common = { id: string; thread_id: string; created_at: string };

export type Item = Common &
  (
    | { type: 'user_message'; content: TextPart[] }
    | { type: 'assistant_message'; content: TextPart[] }
    | { type: 'workflow'; workflow: { type: string; tasks: WorkflowTask[] } }
    | { type: 'widget'; widget: Widget }
  );

export type Thread = { id: string; title: string | null; created_at: string };

export type Update =
  | { type: 'assistant_message.content_part.added'; content_index: number; content: TextPart }
  | { type: 'assistant_message.content_part.text_delta'; content_index: number; delta: string }
  | { type: 'assistant_message.content_part.done'; content_index: number; content: TextPart }
  | { type: 'workflow.task.added' | 'workflow.task.updated'; task_index: number; task: WorkflowTask };

/** A frame of a stream. */
export type ChatEvent =
  | { type: 'thread.created' | 'thread.updated'; thread: Thread }
  | { type: 'thread.item.added' | 'thread.item.done' | 'thread.item.replaced'; item: Item }
  | { type: 'thread.item.updated'; item_id: string; update: Update }
  | { type: 'thread.item.removed'; item_id: string }
  | { type: 'error'; message?: string | null; allow_retry?: boolean };

export type Page<T> = { data: T[]; has_more: boolean; after: string | null };

/** Requests that are answered with a stream. */
export type StreamRequest =
  | { type: 'threads.create'; params: { input: Input } }
  | { type: 'threads.add_user_message'; params: { thread_id: string; input: Input } }
  | { type: 'threads.custom_action'; params: { thread_id: string; item_id: string; action: Action } };

type Input = { content: { type: 'input_text'; text: string }[]; attachments: []; inference_options: Record<string, never> };

/** Requests that are answered with JSON. */
export type PlainRequest =
  | { type: 'threads.get_by_id'; params: { thread_id: string } }
  | { type: 'items.list'; params: { thread_id: string; limit: number; order: 'desc'; after?: string } };

export function inputOf(text: string): Input {
  return { content: [{ type: 'input_text', text }], attachments: [], inference_options: {} };
}
