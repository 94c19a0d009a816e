import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { onTestFinished, vi } from 'vitest';
import { env } from './env';
import { PATIENCE_MILLISECONDS } from './patience';
import type { Stagehand } from './stagehand';

/** The one key that it takes. */
const KEY = 'sk-of-a-trial';

/** A language model behind OpenAI's API. What it says, and when, is up to the trial. */
export class Model {
  readonly #answers: Answer[] = [];
  readonly #server = createServer((request, response) => {
    // Whoever has not read all that was said does not hear that somebody leaves.
    request.resume();
    if (request.url !== '/v1/chat/completions' || request.headers.authorization !== `Bearer ${KEY}`) {
      response.writeHead(401).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    this.#answers.push(new Answer(response));
  });

  /** One that the agent asks until the trial is over. */
  static async behind(stagehand: Stagehand): Promise<Model> {
    const model = new Model();
    model.#server.listen(env.model, '127.0.0.1');
    await once(model.#server, 'listening');
    onTestFinished(() => model.#close());
    await stagehand.set('agent', 'OPENAI_API_KEY', KEY);
    return model;
  }

  /** Waits until it is asked, and begins to answer. */
  async isAsked(): Promise<Answer> {
    return vi.waitUntil(() => this.#answers.shift(), { timeout: PATIENCE_MILLISECONDS });
  }

  #close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

export class Answer {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** Whether nobody listens any more. */
  get isLeft(): boolean {
    return this.#response.destroyed;
  }

  /** Says some words, after which there may be more. */
  say(content: string): void {
    this.#send({ content }, null);
  }

  /** Says the last words. */
  end(content: string): void {
    this.say(content);
    this.#send({}, 'stop');
    this.#response.end('data: [DONE]\n\n');
  }

  #send(delta: { content?: string }, finish_reason: 'stop' | null): void {
    const chunk = { id: 'of-a-trial', object: 'chat.completion.chunk', created: 1, model: 'trial', choices: [{ index: 0, delta, finish_reason }] };
    this.#response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  }
}
