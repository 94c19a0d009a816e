import type { NextConfig } from 'next';

/** The policy for scripts needs a nonce for each request: see `proxy.ts`. */
const SECURITY_HEADERS = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Resource-Policy', value: 'same-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=(), payment=()' },
  // Browsers ignore it over plain HTTP.
  { key: 'Strict-Transport-Security', value: 'max-age=31536000; includeSubDomains' },
];

/** What is no page runs nothing: a 404 of the API, or of a file that is gone, is HTML, too, and has no nonce. */
const NO_SCRIPTS = {
  key: 'Content-Security-Policy',
  value: "default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

const config: NextConfig = {
  output: 'standalone',
  poweredByHeader: false,
  reactStrictMode: true,
  // There are no pictures to be resized; without it 19 MB of sharp come along.
  images: { unoptimized: true },
  outputFileTracingExcludes: { '/*': ['node_modules/@img/**', 'node_modules/sharp/**'] },
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  headers: async () => [
    { source: '/:path*', headers: SECURITY_HEADERS },
    ...['/api/:path*', '/_next/:path*'].map((source) => ({ source, headers: [NO_SCRIPTS] })),
  ],
  // So mails, pushes and webhooks of the notifier name a task. Which view it lies over is ours to say.
  redirects: async () => [{ source: '/tasks/:id([0-9a-f-]{36})', destination: '/today?task=:id', permanent: false }],
};

export default config;
