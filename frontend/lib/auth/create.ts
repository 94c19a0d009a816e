import 'server-only';
import { createHash } from 'node:crypto';
import { betterAuth, type BetterAuthOptions } from 'better-auth';
import { APIError, createAuthMiddleware } from 'better-auth/api';
import { setRequestCookie } from 'better-auth/cookies';
import { makeSignature } from 'better-auth/crypto';
import { jwt, type JwtOptions } from 'better-auth/plugins';
import { SignJWT } from 'jose';
import { Pool } from 'pg';
import { fitsBcrypt, MAX_PASSWORD_BYTES, MIN_PASSWORD_LENGTH, password } from '@/lib/auth/password';
import type { Env } from '@/lib/env';

const WEEK_SECONDS = 7 * 24 * 60 * 60;
const DAY_SECONDS = 24 * 60 * 60;

/** Better Auth on the schema `auth`, whose migrations are the backend's. */
export function createAuth(config: Env) {
  return betterAuth({
    ...options(config),
    plugins: [jwt(tokens(config))],
  });
}

export type Auth = ReturnType<typeof createAuth>;

function options(config: Env): BetterAuthOptions {
  const attempts = { window: 60, max: config.AUTH_ATTEMPTS_PER_MINUTE };
  const secure = config.APP_URL.startsWith('https:');
  return {
    appName: 'TaskFlow',
    baseURL: config.APP_URL,
    secrets: secrets(config),
    database: database(config),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: MIN_PASSWORD_LENGTH,
      maxPasswordLength: MAX_PASSWORD_BYTES,
      password,
    },
    user: {
      changeEmail: { enabled: true, updateEmailWithoutVerification: true },
      deleteUser: { enabled: true },
    },
    session: { expiresIn: WEEK_SECONDS, updateAge: DAY_SECONDS },
    advanced: {
      // It would look for its tables once, and refuse everything for good where the backend makes them
      // only then. That they are complete, a test proves.
      database: { generateId: 'uuid', validateSchema: false },
      useSecureCookies: secure,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', secure },
      // Said, because it is not looked at where NODE_ENV is `test`.
      disableOriginCheck: false,
    },
    // By what `lib/client-address.ts` has left in X-Forwarded-For.
    rateLimit: {
      enabled: true,
      customRules: {
        '/sign-in/*': attempts,
        '/sign-up/*': attempts,
        '/change-*': attempts,
        '/delete-user': attempts,
      },
    },
    hooks: { before: before(config) },
    // At a lower level it logs addresses.
    logger: { level: 'error' },
    telemetry: { enabled: false },
  };
}

function database(config: Env): Pool {
  const pool = new Pool({ connectionString: config.DATABASE_URL, options: '-c search_path=auth', max: 5 });
  // A connection that Postgres ends while nobody uses it is exchanged for another; an error that
  // nobody listens to would end the process.
  pool.on('error', (error) => {
    process.stderr.write(`Postgres ended a connection: ${error.message}\n`);
  });
  return pool;
}

/**
 * What it encrypts with, the first, and may have encrypted with. Beside what is encrypted it writes
 * which it was, so the same secret has the same number in every process.
 */
function secrets({ BETTER_AUTH_SECRET, BETTER_AUTH_SECRET_ACCEPTED }: Env) {
  const different = new Set([BETTER_AUTH_SECRET, BETTER_AUTH_SECRET_ACCEPTED ?? BETTER_AUTH_SECRET]);
  return [...different].map((value) => ({
    version: createHash('sha256').update(value).digest().readUInt32BE(),
    value,
  }));
}

/** Whatever Better Auth is asked passes here first. */
const before = ({ BETTER_AUTH_SECRET_ACCEPTED: accepted }: Env) =>
  createAuthMiddleware(async (context) => {
    refuseLongPasswords(context.path, context.body);
    // It knows cookies by the first secret alone. One that is signed with the second is signed
    // anew, so that people stay signed in while the secret changes.
    const { name } = context.context.authCookies.sessionToken;
    const token = accepted ? await context.getSignedCookie(name, accepted) : null;
    if (!token) return undefined;
    const headers = new Headers(context.headers);
    setRequestCookie(headers, name, `${token}.${await makeSignature(token, context.context.secret)}`);
    return { context: { headers } };
  });

/** Fields of Better Auth's requests that hold a password to be kept. */
const NEW_PASSWORDS = { '/sign-up/email': 'password', '/change-password': 'newPassword' } as const;

function refuseLongPasswords(path: string, body: unknown) {
  const field = NEW_PASSWORDS[path as keyof typeof NEW_PASSWORDS];
  if (!field || typeof body !== 'object' || body === null) return;
  const value: unknown = (body as Record<string, unknown>)[field];
  if (typeof value === 'string' && !fitsBcrypt(value)) {
    throw new APIError('BAD_REQUEST', {
      code: 'PASSWORD_TOO_LONG',
      message: `The password must not be longer than ${MAX_PASSWORD_BYTES} bytes`,
    });
  }
}

function tokens(config: Env): JwtOptions {
  const key = new TextEncoder().encode(config.BETTER_AUTH_SECRET);
  const shared: JwtOptions['jwt'] = {
    issuer: config.JWT_ISSUER,
    audience: config.JWT_AUDIENCE,
    // Nothing but who, and not for longer than the session. Better Auth would put in all of the user.
    definePayload: ({ session }) => ({ exp: Math.floor(session.expiresAt.getTime() / 1000) }),
  };
  if (config.JWT_MODE === 'jwks') {
    // A key signs for a month, and is published for another.
    return { disableSettingJwtHeader: true, jwks: { rotationInterval: 30 * DAY_SECONDS }, jwt: shared };
  }
  return {
    disableSettingJwtHeader: true,
    // Demanded along with `sign`; with HS256 there is no key to be published.
    jwks: { remoteUrl: config.APP_URL, keyPairConfig: { alg: 'EdDSA' } },
    jwt: {
      ...shared,
      sign: (payload) => new SignJWT(payload).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(key),
    },
  };
}
