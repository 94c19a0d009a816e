// Plays scenarios of the official conformance suite against an MCP server: a plan on standard input,
// the checks of each on standard output. The suite has no bearer to show, so it asks through a proxy
// that adds one; a page at the proxy's address is to the server a page of the app.

const { execFile } = require('node:child_process');
const { mkdtempSync, readdirSync, readFileSync, rmSync } = require('node:fs');
const http = require('node:http');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const plan = JSON.parse(readFileSync(0, 'utf8'));
const suite = join(process.env.CLIENTS, 'node_modules/.bin/conformance');
const hasGlobSync = Number(process.versions.node.split('.')[0]) >= 22;
const loading = hasGlobSync ? [] : ['--import', join(__dirname, 'node20.mjs')];

/** A request's headers in their own order and case, with the bearer. */
function onward(request) {
  const headers = ['Authorization', `Bearer ${plan.token}`];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const [name, value] = request.rawHeaders.slice(at, at + 2);
    const isOwnPage = name.toLowerCase() === 'origin' && value === `http://${address}`;
    headers.push(name, isOwnPage ? plan.origin : value);
  }
  return headers;
}

let address;
const proxy = http.createServer((request, response) => {
  const options = { method: request.method, headers: onward(request) };
  const asked = http.request(plan.url, options, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  asked.on('error', () => response.destroy());
  response.on('close', () => asked.destroy());
  request.pipe(asked);
});

/** What a scenario has checked; that checks fail is for whoever reads them. */
async function play({ version, scenario }) {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  const args = [...loading, suite, 'server', '--url', `http://${address}/mcp`, '--scenario', scenario];
  args.push('--spec-version', version, '--output-dir', folder);
  const said = await new Promise((resolve) => {
    execFile(process.execPath, args, (_, stdout, stderr) => resolve(stdout + stderr));
  });
  const [results] = readdirSync(folder);
  if (!results) throw new Error(`${scenario} was not played: ${said}`);
  const checks = JSON.parse(readFileSync(join(folder, results, 'checks.json'), 'utf8'));
  rmSync(folder, { recursive: true });
  return { version, scenario, checks };
}

async function main() {
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${proxy.address().port}`;
  const played = [];
  for (const one of plan.scenarios) played.push(await play(one));
  proxy.close();
  process.stdout.write(JSON.stringify(played));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
