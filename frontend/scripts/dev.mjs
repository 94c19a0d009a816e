// `npm run dev`: the app with hot reload, beside a running `cargo xtask up --no-frontend`.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const PORT = '3000';
const { taskflow } = JSON.parse(readFileSync('../dapr/secrets.json', 'utf8'));
const child = spawn('node_modules/.bin/next', ['dev', '--port', PORT], {
  stdio: 'inherit',
  env: {
    NEXT_TELEMETRY_DISABLED: '1',
    APP_URL: `http://localhost:${PORT}`,
    DATABASE_URL: taskflow.DATABASE_URL,
    BETTER_AUTH_SECRET: taskflow.BETTER_AUTH_SECRET,
    ...process.env,
  },
});
child.on('exit', (code) => process.exit(code ?? 1));
