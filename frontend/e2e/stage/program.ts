import { expect } from 'vitest';
import { env } from './env';
import type { Person } from './person';

/** Somebody's program, with an API token of theirs. */
export class Program {
  private constructor(readonly token: string) {}

  static async of(person: Person, name: string): Promise<Program> {
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    const { token } = await person.ask<{ token: string }>('POST', '/tokens', { name, scope: 'write', expires_at });
    return new Program(token);
  }

  /** Calls a tool of the agent over MCP, as a client that cannot ask its person; returns the result as it came. */
  async call(tool: string, args: unknown): Promise<string> {
    const answer = await fetch(`${env.agent}/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-06-18',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: args } }),
    });
    const text = await answer.text();
    expect(answer.ok, `${tool}: ${answer.status} ${text}`).toBe(true);
    return text;
  }
}
