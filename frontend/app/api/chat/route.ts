import { answer } from '@/lib/bff/answer';
import { forwardChat } from '@/lib/bff/forward';
import { env } from '@/lib/env';

/** The assistant, by the ChatKit protocol, for this app's own pages. */
export async function POST(request: Request): Promise<Response> {
  return answer(request, (bearer) => forwardChat(request, bearer, env().AGENT_URL));
}
