// `next build` leaves out of the standalone folder what a CDN could serve. There is none.
import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';

cpSync('.next/static', '.next/standalone/.next/static', { recursive: true });
if (existsSync('public')) cpSync('public', '.next/standalone/public', { recursive: true });

// What the app is made of, for `public/sw.js`, which keeps it for when there is no network.
const files = readdirSync('.next/static/chunks').sort();
writeFileSync('.next/standalone/public/files.json', JSON.stringify(files.map((file) => `/_next/static/chunks/${file}`)));
