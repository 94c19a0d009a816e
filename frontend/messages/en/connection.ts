/** How changes arrive, in English. */
export const connection = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
  polling: 'Updates delayed',
  offline: 'Offline',
  ended: 'Signed out',
  explain: {
    connecting: 'Connecting to live updates.',
    live: 'Changes made elsewhere appear at once.',
    reconnecting: 'The connection was lost. Trying again.',
    polling: 'Live updates aren’t available. Checking for changes every 30 seconds.',
    offline: 'You’re offline. Your changes will be sent when you’re back online.',
    ended: 'Your session has ended.',
  },
};
