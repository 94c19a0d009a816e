import { readFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';

const APP = 'http://localhost:3000';
const source = readFileSync(`${import.meta.dirname}/../../public/sw.js`, 'utf8');

type Asked = string | { url: string };

/** What a browser keeps under names, the oldest first, as long as there is room. */
class Cache {
  readonly kept = new Map<string, Response>();

  async match(request: Asked): Promise<Response | undefined> {
    return this.kept.get(addressOf(request))?.clone();
  }

  async put(request: Asked, answer: Response): Promise<void> {
    await room();
    this.kept.delete(addressOf(request));
    this.kept.set(addressOf(request), answer);
  }

  async delete(request: { url: string }): Promise<boolean> {
    return this.kept.delete(request.url);
  }

  async keys(): Promise<{ url: string }[]> {
    return [...this.kept.keys()].map((url) => ({ url }));
  }
}

const addressOf = (request: Asked) => new URL(typeof request === 'string' ? request : request.url, APP).href;

let pages: Cache;
let files: Cache;
/** Resolves where there is room for another file, rejects where there is none. */
let room: () => Promise<void>;
let network: (request: Asked) => Promise<Response>;
let handlers: Record<string, (event: unknown) => void>;
let passing: Promise<unknown>[];

beforeEach(() => {
  pages = new Cache();
  files = new Cache();
  room = async () => undefined;
  network = async (request) => pageOf(addressOf(request));
  handlers = {};
  passing = [];
  const cacheOf = (name: string) => (name === 'taskflow-pages' ? pages : files);
  const caches = {
    open: async (name: string) => cacheOf(name),
    match: async (request: Asked, { cacheName }: { cacheName: string }) => cacheOf(cacheName).match(request),
  };
  const self = {
    importScripts: () => undefined,
    location: new URL(APP),
    addEventListener: (type: string, handler: (event: unknown) => void) => (handlers[type] = handler),
  };
  // As a browser does it, but with this network and this storage.
  new Function('self', 'caches', 'fetch', source)(self, caches, (request: Asked) => network(request));
});

/** A page of somebody's, as a browser gets it from this origin. */
function pageOf(text: string): Response {
  const answer = new Response(text, { headers: { 'content-type': 'text/html; charset=utf-8' } });
  return Object.defineProperties(answer, { type: { value: 'basic' }, url: { value: `${APP}/` } });
}

/** What a browser shows that goes to a page, or wants a file of one. */
async function ask(path: string, mode: Mode): Promise<string> {
  return (await answerTo(path, mode))?.text() ?? '';
}

type Mode = 'navigate' | 'no-cors';

async function answerTo(path: string, mode: Mode): Promise<Response | undefined> {
  const answer: Promise<Response>[] = [];
  handlers.fetch?.({
    request: { url: APP + path, method: 'GET', mode },
    respondWith: (response: Promise<Response>) => void answer.push(response),
    waitUntil: (work: Promise<unknown>) => void passing.push(work),
  });
  return answer[0];
}

const open = (path: string) => ask(path, 'navigate');

test('a page is as the network has it, and without one as it was last', async () => {
  network = async () => pageOf('before');
  expect(await open('/today')).toBe('before');
  await Promise.all(passing);
  network = () => Promise.reject(new TypeError('no network'));
  expect(await open('/today')).toBe('before');
  network = async () => pageOf('now');
  expect(await open('/today')).toBe('now');
});

test('what was never opened is not had without a network, and nothing stands at its address in its place', async () => {
  await open('/dashboard');
  await Promise.all(passing);
  network = () => Promise.reject(new TypeError('no network'));
  const answer = await answerTo('/statistics', 'navigate');
  expect(answer?.status).toBe(302);
  expect(answer?.headers.get('location')).toBe(`${APP}/dashboard`);
  pages.kept.clear();
  await expect(open('/statistics')).rejects.toThrow('no network');
});

test('where the storage is full, what is there is shown all the same, and not what was there', async () => {
  network = async () => pageOf('before');
  await open('/today');
  await Promise.all(passing);
  room = () => Promise.reject(new DOMException('no room', 'QuotaExceededError'));
  network = async () => pageOf('now');
  expect(await open('/today')).toBe('now');
  expect(await open('/never-seen')).toBe('now');
  expect(await ask('/_next/static/chunks/a.js', 'no-cors')).toBe('now');
  // Nor is anything thrown where nobody listens.
  await Promise.all(passing);
});

test('nobody waits until a page is kept', async () => {
  room = () => new Promise(() => undefined);
  expect(await open('/today')).toBe(`${APP}/today`);
  expect(await ask('/_next/static/chunks/a.js', 'no-cors')).toBe(`${APP}/_next/static/chunks/a.js`);
});

test('what was opened last is kept, up to fifty pages, and always where to begin', async () => {
  for (const path of ['/dashboard', '/history/0', '/today']) await open(path);
  await Promise.all(passing);
  for (let index = 1; index < 50; index += 1) {
    // Whoever comes back to a page makes it new.
    if (index === 25) await open('/history/0');
    await open(`/history/${index}`);
    await Promise.all(passing);
  }
  expect(pages.kept.size).toBe(51);
  const isKept = async (path: string) => (await pages.match(path)) !== undefined;
  expect(await isKept('/dashboard')).toBe(true);
  expect(await isKept('/history/0')).toBe(true);
  expect(await isKept('/today')).toBe(false);
});

test('views are kept that nobody has opened yet, and what the app is made of', async () => {
  network = async (request) => {
    if (addressOf(request) !== `${APP}/files.json`) return pageOf(addressOf(request));
    return new Response('["/_next/static/chunks/a.js"]');
  };
  handlers.message?.({ data: { keep: ['/today'] }, waitUntil: (work: Promise<unknown>) => void passing.push(work) });
  await Promise.all(passing);
  expect([...pages.kept.keys()]).toEqual([`${APP}/today`]);
  expect([...files.kept.keys()]).toEqual([`${APP}/_next/static/chunks/a.js`, `${APP}/files.json`]);
});
