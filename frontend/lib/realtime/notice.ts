import { record } from '@/lib/record';

/** What sockets carry (`proto/asyncapi.json`): that something changed, without what it changed to. */
export type Notice = {
  type: string;
  data: {
    event_id: string;
    seq: number;
    /** The task for `task.*`, the project for `project.*`, and so on. */
    task_id: string;
    version: number;
    /** Empty when the whole of it is new or gone. */
    changed: string[];
  };
};

/** A message of the socket. */
export type Message =
  | { kind: 'notice'; notice: Notice }
  | { kind: 'ready'; cursor: number; recovered: boolean }
  | { kind: 'other' };

/** Reads a message. What a later server may say besides is no error. */
export function parseMessage(text: string): Message {
  const message = record(JSON.parse(text));
  const data = record(message.data);
  if (message.type === 'ready' && typeof data.cursor === 'number') {
    return { kind: 'ready', cursor: data.cursor, recovered: data.recovered === true };
  }
  const notice = noticeOf(message.type, data, data.task_id, data.changed);
  return notice ? { kind: 'notice', notice } : { kind: 'other' };
}

/** The notice that the socket would have carried for an event of `GET /events`. */
export function noticeOfEvent(event: unknown): Notice | null {
  const envelope = record(event);
  const data = record(envelope.data);
  const changed = 'changed' in data ? data.changed : Object.keys(record(data.changes)).sort();
  return noticeOf(envelope.event_type, envelope, envelope.aggregate_id, changed);
}

function noticeOf(
  type: unknown,
  from: Record<string, unknown>,
  aggregate: unknown,
  changed: unknown,
): Notice | null {
  const { event_id, seq, version } = from;
  if (typeof type !== 'string' || typeof event_id !== 'string' || typeof aggregate !== 'string') return null;
  if (typeof seq !== 'number' || typeof version !== 'number') return null;
  const names = Array.isArray(changed) ? changed.filter((name) => typeof name === 'string') : [];
  return { type, data: { event_id, seq, task_id: aggregate, version, changed: names } };
}
