/** How changes arrive, in English. */
export const connection = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
  polling: 'Every 30 s',
  offline: 'Offline',
  ended: 'Signed out',
  explain: {
    connecting: 'Connecting to live updates.',
    live: 'Changes made elsewhere appear at once.',
    reconnecting: 'The connection broke; trying again.',
    polling: 'Live updates cannot be reached. Looking for changes every 30 seconds.',
    offline: 'There is no network. Your changes are sent when it is back.',
    ended: 'Your session is over.',
  },
};
