// Part of the service worker: shows what the server pushes, and does what is answered to it.

/** What people read. The app's catalogue is out of a worker's reach. */
const TEXT = {
  app: 'TaskFlow',
  done: 'Done',
  snooze: 'Snooze 1 hour',
  signedOut: 'Not done: you’re signed out. Open this to sign in.',
  unreachable: 'Not done: the server can’t be reached. Try again.',
  refused: (reason) => `Not done: ${reason}`,
  failed: 'Not done: something went wrong on our side.',
};

const SNOOZE_MINUTES = 60;

self.addEventListener('push', (event) => {
  event.waitUntil(remind(event.data?.json() ?? {}));
});

self.addEventListener('notificationclick', (event) => {
  const { action, notification } = event;
  notification.close();
  const done = action === '' ? show(pathOf(notification.data)) : act(action, notification.data);
  event.waitUntil(Promise.all([done, markRead(notification.data)]));
});

/** `problem`: why what was asked for was not done. It can still be asked for. */
function remind(message, problem) {
  const { title, due, task_id: task, reminder_id: reminder, may_be_twice: mayBeTwice } = message;
  return self.registration.showNotification(title ?? TEXT.app, {
    body: problem ?? due ?? '',
    icon: '/icon-192.png',
    badge: '/badge.png',
    // A reminder stands once. When it comes again, it takes its own place, and is heard unless it may be a copy.
    ...(reminder ? { tag: reminder, renotify: problem !== undefined || !mayBeTwice } : {}),
    actions:
      task && reminder
        ? [
            { action: 'done', title: TEXT.done },
            { action: 'snooze', title: TEXT.snooze },
          ]
        : [],
    // Whatever is tried again is the same deed.
    data: { key: crypto.randomUUID(), ...message },
  });
}

/** By the task's id and not by the message's link: that is always here, and opens without a network, too. */
function pathOf({ task_id: task }) {
  return task ? `/today?task=${task}` : '/notifications';
}

/** In a tab that is open already, or else in a new one. */
async function show(path) {
  const [tab] = await self.clients.matchAll({ type: 'window' });
  if (!tab) return self.clients.openWindow(path);
  await tab.focus();
  return tab.navigate(path);
}

async function act(action, message) {
  const key = `${message.key}-${action}`;
  const problem =
    action === 'done'
      ? await ask('PATCH', `/tasks/${message.task_id}/complete`, { completed: true }, key)
      : await ask('POST', `/reminders/${message.reminder_id}/snooze`, { minutes: SNOOZE_MINUTES }, key);
  if (problem !== null) await remind(message, problem);
}

/** Where that fails the app still counts it, and nobody is misled. */
async function markRead({ notification_id: id, key }) {
  if (id) await ask('POST', '/notifications/read', { ids: [id] }, `${key}-read`);
}

/** Asks the API, as a page of ours does. Returns why it was not done, or null. */
async function ask(method, path, body, key) {
  try {
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': key };
    const answer = await fetch(`/api/backend${path}`, { method, headers, body: JSON.stringify(body) });
    return answer.ok ? null : await problemOf(answer);
  } catch {
    return TEXT.unreachable;
  }
}

async function problemOf(answer) {
  if (answer.status === 401) return TEXT.signedOut;
  if (answer.status >= 500) return answer.status === 500 ? TEXT.failed : TEXT.unreachable;
  const { detail } = await answer.json().catch(() => ({}));
  return detail ? TEXT.refused(detail) : TEXT.failed;
}
