import { answer } from '@/lib/bff/answer';
import { forwardDecision } from '@/lib/bff/forward';
import { env } from '@/lib/env';

type Context = { params: Promise<{ id: string }> };

/** The person's yes or no to what waits for it. */
export async function POST(request: Request, { params }: Context): Promise<Response> {
  const { id } = await params;
  return answer(request, (bearer) => forwardDecision(request, id, bearer, env().AGENT_URL));
}
