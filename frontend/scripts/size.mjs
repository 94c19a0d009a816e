// `npm run size -- http://localhost:3000/dashboard [cookie]`: what a first visit loads, in gzip.
import { gzipSync } from 'node:zlib';

const LIMIT = 150 * 1024;
const [url = 'http://localhost:3000/sign-in', cookie = ''] = process.argv.slice(2);
const page = await fetch(url, { headers: { cookie }, redirect: 'error' });
const html = await page.text();
const scripts = [...new Set([...html.matchAll(/<script[^>]+src="([^"]+)"[^>]*>/g)]
  .filter(([tag]) => !tag.includes('noModule'))
  .map(([, src]) => src))];
let total = 0;
for (const src of scripts) {
  const body = Buffer.from(await (await fetch(new URL(src, url))).arrayBuffer());
  const size = gzipSync(body, { level: 9 }).length;
  total += size;
  console.log(`${(size / 1024).toFixed(1).padStart(7)} KiB  ${src}`);
}
console.log(`${(total / 1024).toFixed(1).padStart(7)} KiB  in all, of ${LIMIT / 1024}`);
process.exitCode = total > LIMIT ? 1 : 0;
