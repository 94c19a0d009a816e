import type { MetadataRoute } from 'next';
import { HOME } from '@/components/auth/destination';
import { messages } from '@/lib/messages';
import { ADD, PARTS } from '@/lib/shared-line';

/** The app on a home screen. */
export default function manifest(): MetadataRoute.Manifest {
  return {
    name: messages.app.name,
    short_name: messages.app.name,
    description: messages.app.tagline,
    id: '/',
    start_url: HOME,
    scope: '/',
    display: 'standalone',
    background_color: '#f5f7f7',
    theme_color: '#0b6b63',
    shortcuts: [
      { name: messages.composer.add, url: `${HOME}?${ADD}=` },
      { name: messages.nav.today, url: '/today' },
      { name: messages.nav.calendar, url: '/calendar' },
    ],
    // What other apps share stands in the field for a new task. Nothing is written before the person says so.
    share_target: { action: HOME, method: 'GET', params: PARTS },
    icons: [
      { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
      { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
      { src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
      { src: '/icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    ],
  };
}
