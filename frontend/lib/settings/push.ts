import { api, read, type Schemas } from '@/lib/api';
import { NotFound } from '@/lib/api/errors';

/** What this browser has to do with web push. */
export type PushState = 'unsupported' | 'unavailable' | 'denied' | 'off' | 'on';

export type Push = {
  state: PushState;
  /** Of all browsers. */
  subscriptions: Schemas['Subscription'][];
  /** The one of this browser, if it has one. */
  own: string | null;
};

const WORKER = '/sw.js';

/** How things are here and on the server. */
export async function readPush(): Promise<Push> {
  const [{ items }, key] = await Promise.all([read(api.GET('/push-subscriptions')), readKey()]);
  const subscription = await ownSubscription();
  const own = subscription && (await idOf(subscription, items));
  return { state: stateOf(key, own), subscriptions: items, own };
}

function stateOf(key: string | null, own: string | null): PushState {
  if (!isSupported()) return 'unsupported';
  if (key === null) return 'unavailable';
  if (own !== null) return 'on';
  return Notification.permission === 'denied' ? 'denied' : 'off';
}

/** Asks the person, the browser and the server. False when the person says no. */
export async function turnPushOn(): Promise<boolean> {
  if ((await Notification.requestPermission()) !== 'granted') return false;
  const key = await readKey();
  if (key === null) return false;
  await navigator.serviceWorker.register(WORKER);
  const worker = await navigator.serviceWorker.ready;
  const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint = '', keys } = subscription.toJSON();
  await api.POST('/push-subscriptions', {
    body: { endpoint, keys: { auth: keys?.auth ?? '', p256dh: keys?.p256dh ?? '' } },
  });
  return true;
}

/** A browser that the server does not know any more gets nothing; this one forgets it, too. */
export async function removePush(id: string, isOwn: boolean): Promise<void> {
  await api.DELETE('/push-subscriptions/{id}', { params: { path: { id } } });
  if (isOwn) await (await ownSubscription())?.unsubscribe();
}

/**
 * What somebody else is reminded of is not for whoever is here now. Who signs out takes it along;
 * whose session expires does not, and is to be reminded until another person comes.
 */
export async function endOthersPush(): Promise<void> {
  const subscription = await ownSubscription();
  if (!subscription) return;
  const { items } = await read(api.GET('/push-subscriptions'));
  if ((await idOf(subscription, items)) === null) await subscription.unsubscribe();
}

const isSupported = () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

async function ownSubscription(): Promise<PushSubscription | null> {
  if (!isSupported()) return null;
  const worker = await navigator.serviceWorker.getRegistration();
  return (await worker?.pushManager.getSubscription()) ?? null;
}

/** Null where the server has no web push. */
async function readKey(): Promise<string | null> {
  try {
    return (await read(api.GET('/push/key'))).key;
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
}

/** Null if it is none of theirs. */
async function idOf(subscription: PushSubscription, theirs: Schemas['Subscription'][]): Promise<string | null> {
  const hash = await hashOf(subscription.endpoint);
  return theirs.find(({ endpoint_hash: known }) => known === hash)?.id ?? null;
}

/** By its hash a browser finds itself: whoever knew an endpoint could send to it. */
async function hashOf(endpoint: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(endpoint));
  const text = btoa(String.fromCharCode(...new Uint8Array(digest)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
