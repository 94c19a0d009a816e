// The app without a network: what was seen last, and never anything in the place of what is there.
// Nothing is fetched from another host, and nothing is written: writes wait in the page (`lib/offline`).

self.importScripts('/push.js');

const PAGES = 'taskflow-pages';
const FILES = 'taskflow-files';
/** Names what the app is made of; see `scripts/standalone.mjs`. */
const RELEASE = '/files.json';
/** Enough for three releases. */
const MOST_FILES = 300;
const HOME = '/dashboard';

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(request, url));
  else if (url.pathname.startsWith('/_next/static/')) event.respondWith(file(request));
});

// Views and parts of them that were not opened yet are there without a network, too.
self.addEventListener('message', (event) => {
  if (Array.isArray(event.data?.keep)) event.waitUntil(keepAll(event.data.keep));
});

/** From the network, or else as it was last. */
async function page(request, url) {
  const cache = await caches.open(PAGES);
  try {
    const answer = await fetch(request);
    if (isOfSomebody(answer, url)) await cache.put(url.pathname, answer.clone());
    return answer;
  } catch (error) {
    const kept = (await cache.match(url.pathname)) ?? (await cache.match(HOME));
    if (kept) return kept;
    throw error;
  }
}

/** Only pages of somebody who is signed in are kept, and no files that are opened like pages. */
function isOfSomebody(answer, url) {
  const isPage = answer.headers.get('content-type')?.startsWith('text/html') === true;
  return answer.ok && isPage && !answer.redirected && answer.type === 'basic' && !url.pathname.startsWith('/sign-');
}

/** A page names files of its release, so with another release it is fetched anew. */
async function keepAll(views) {
  const answer = await fetch(RELEASE, { cache: 'no-cache' });
  const release = answer.ok ? await answer.text() : undefined;
  const cache = await caches.open(FILES);
  const before = await (await cache.match(RELEASE))?.text();
  await Promise.all(views.map((path) => keep(path, release !== before)));
  if (release === undefined) return;
  await keepFiles(cache, JSON.parse(release));
  // Last: whoever is interrupted begins again.
  await cache.put(RELEASE, new Response(release));
}

async function keep(path, isNew) {
  const cache = await caches.open(PAGES);
  if (!isNew && (await cache.match(path))) return;
  const answer = await fetch(path);
  if (isOfSomebody(answer, new URL(answer.url))) await cache.put(path, answer);
}

/**
 * Of what the app is made of, what has not been fetched yet: one after the other, for nobody waits
 * for it. Then the oldest goes that is of no use to this release.
 */
async function keepFiles(cache, paths) {
  for (const path of paths) await file(path);
  const kept = await cache.keys();
  const useless = kept.filter(({ url }) => !paths.includes(new URL(url).pathname));
  await Promise.all(useless.slice(0, Math.max(0, kept.length - MOST_FILES)).map((request) => cache.delete(request)));
}

/** Its name changes with its content, so whatever is kept is right. */
async function file(request) {
  const cache = await caches.open(FILES);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}
