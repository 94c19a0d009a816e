// The app without a network: what was seen last, and never anything in the place of what is there.
// Nothing is fetched from another host, and nothing is written: writes wait in the page (`lib/offline`).

self.importScripts('/push.js');

const PAGES = 'taskflow-pages';
const FILES = 'taskflow-files';
/** Names what the app is made of; see `scripts/standalone.mjs`. */
const RELEASE = '/files.json';
/** Enough for three releases. */
const MOST_FILES = 300;
/** Every task and every project has one, and nobody asks for all of them in a tunnel. */
const MOST_PAGES = 50;
const HOME = '/dashboard';

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(event, url));
  else if (url.pathname.startsWith('/_next/static/')) event.respondWith(file(event));
});

// Views and parts of them that were not opened yet are there without a network, too.
self.addEventListener('message', (event) => {
  if (Array.isArray(event.data?.keep)) inPassing(event, keepAll(event.data.keep));
});

/** Nobody waits for what is kept, and where there is no room for it nobody misses it while there is a network. */
function inPassing(event, keeping) {
  event.waitUntil(keeping.catch(() => undefined));
}

/** From the network, or else as it was last. */
async function page(event, url) {
  let answer;
  try {
    answer = await fetch(event.request);
  } catch (error) {
    const there = { cacheName: PAGES };
    const kept = await caches.match(url.pathname, there);
    if (kept) return kept;
    // What was never opened is not had, and nothing stands at its address in its place.
    if (await caches.match(HOME, there)) return Response.redirect(new URL(HOME, url));
    throw error;
  }
  if (isOfSomebody(answer, url)) inPassing(event, keepPage(url.pathname, answer.clone()));
  return answer;
}

async function keepPage(path, answer) {
  const cache = await caches.open(PAGES);
  await cache.put(path, answer);
  const others = (await cache.keys()).filter(({ url }) => new URL(url).pathname !== HOME);
  await dropOldest(cache, others, others.length - MOST_PAGES);
}

/** A cache has its oldest first. */
async function dropOldest(cache, requests, count) {
  await Promise.all(requests.slice(0, Math.max(0, count)).map((request) => cache.delete(request)));
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
  if (isOfSomebody(answer, new URL(answer.url))) await keepPage(path, answer);
}

/**
 * Of what the app is made of, what has not been fetched yet: one after the other, for nobody waits
 * for it. Then the oldest goes that is of no use to this release.
 */
async function keepFiles(cache, paths) {
  for (const path of paths) {
    if (await cache.match(path)) continue;
    const answer = await fetch(path);
    if (answer.ok) await cache.put(path, answer);
  }
  const kept = await cache.keys();
  const useless = kept.filter(({ url }) => !paths.includes(new URL(url).pathname));
  await dropOldest(cache, useless, kept.length - MOST_FILES);
}

/** Its name changes with its content, so whatever is kept is right. */
async function file(event) {
  const kept = await caches.match(event.request, { cacheName: FILES }).catch(() => undefined);
  if (kept) return kept;
  const answer = await fetch(event.request);
  if (answer.ok) inPassing(event, keepFile(event.request, answer.clone()));
  return answer;
}

async function keepFile(request, answer) {
  const cache = await caches.open(FILES);
  await cache.put(request, answer);
}
