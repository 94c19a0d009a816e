import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { forgetAnswered } from '@/lib/idle-connections';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('an idle connection does not keep what its last request knew', async () => {
  forgetAnswered();
  const known = new AsyncLocalStorage<object>();
  const agent = new Agent({ keepAlive: true });
  let request: WeakRef<object> | undefined;
  const server = createServer((_, response) => {
    const everything = { of: 'this request' };
    known.run(everything, () => setImmediate(() => response.end()));
    response.on('close', () => (request = new WeakRef(everything)));
  });
  try {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    // Nothing goes on from within its answer, or it would be kept for that.
    get({ port, host: '127.0.0.1', agent }, (response) => response.resume());
    await expect
      .poll(
        () => {
          collectGarbage();
          return request && { isKept: request.deref() !== undefined, connections: Object.keys(agent.freeSockets).length };
        },
        { timeout: 4_000 },
      )
      .toEqual({ isKept: false, connections: 1 });
  } finally {
    agent.destroy();
    server.close();
  }
});
