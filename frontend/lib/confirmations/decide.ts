import { sendFromPage } from '@/lib/api/client';
import { randomId } from '@/lib/id';

/** A summary speaks to models, unless there is no other. */
type Result = {
  status?: string;
  summary?: string;
  for_people?: string;
  change_set_id?: string;
  confirmation_id?: string;
};

/** What the agent says of a decision (`services/agent/src/chat/confirmation.rs`). The first counts. */
type Decided = {
  decision: 'yes' | 'no' | 'expired';
  /** After a yes to a program's call: what its tool answered. */
  result?: Result | null;
  /** After a yes to a call of a conversation: what was answered there. */
  answer?: { content: string; tool_calls: { is_error: boolean }[]; confirmations: unknown[]; change_set_ids: string[] };
};

/** What became of it. */
export type Outcome =
  | { kind: 'done'; summary: string | null; changeSetId: string | null }
  /** It cannot be done any more, or not for whoever asked. */
  | { kind: 'failed'; summary: string | null }
  | { kind: 'refused' | 'expired' | 'askedAgain' };

/** Says yes or no. Saying it twice does nothing twice. Throws an `ApiError`. */
export async function decide(id: string, yes: boolean): Promise<Outcome> {
  const request = new Request(`/api/chat/confirmations/${id}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomId() },
    body: JSON.stringify({ yes }),
  });
  return outcomeOf((await (await sendFromPage(request)).json()) as Decided);
}

export function outcomeOf({ decision, result, answer }: Decided): Outcome {
  if (decision === 'no') return { kind: 'refused' };
  if (decision === 'expired') return { kind: 'expired' };
  if (result?.confirmation_id !== undefined || (answer?.confirmations.length ?? 0) > 0) return { kind: 'askedAgain' };
  const summary = result?.for_people ?? result?.summary ?? answer?.content ?? null;
  const hasFailed = result?.status === 'error' || (answer?.tool_calls.some(({ is_error: isError }) => isError) ?? false);
  if (hasFailed) return { kind: 'failed', summary };
  return { kind: 'done', summary, changeSetId: result?.change_set_id ?? answer?.change_set_ids.at(0) ?? null };
}
