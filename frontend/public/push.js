// Part of the service worker: shows what the server pushes, and opens what it is about.

self.addEventListener('push', (event) => {
  const message = event.data?.json() ?? {};
  const shown = self.registration.showNotification(message.title ?? 'TaskFlow', {
    body: message.due ?? '',
    icon: '/icon.svg',
    // What is sent again replaces what was shown before.
    tag: message.notification_id ?? message.reminder_id,
    data: { path: message.task_id ? `/today?task=${message.task_id}` : '/notifications' },
  });
  event.waitUntil(shown);
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data.path));
});

/** In a tab that is open already, or else in a new one. */
async function show(path) {
  const [tab] = await self.clients.matchAll({ type: 'window' });
  if (!tab) return self.clients.openWindow(path);
  await tab.focus();
  return tab.navigate(path);
}
