import 'server-only';
import { z } from 'zod';

const secret = z
  .string()
  .min(32)
  .refine((text) => new Set(text).size >= 8, 'has fewer than 8 different characters and could be guessed');

const schema = z.object({
  /** Better Auth's tables, in the schema `auth`. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** Signs sessions. The same as the services', or sessions mean nothing to them. */
  BETTER_AUTH_SECRET: secret,
  /** What sessions may be signed with besides, while one secret is exchanged for another. */
  BETTER_AUTH_SECRET_ACCEPTED: z
    .string()
    .transform((text) => text || undefined)
    .pipe(secret.optional())
    .optional(),
  /** Where people find the app. */
  APP_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:3000'),
  /** The REST API, as this server reaches it. */
  BACKEND_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8000'),
  /** The assistant, as this server reaches it. */
  AGENT_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8004'),
  /** Live events, as browsers reach them. */
  REALTIME_URL: z.url({ protocol: /^wss?$/ }).default('ws://localhost:8001'),
  /** Of OpenAI's chat panel. Read while the app runs, not when it is built; absent: our own panel. */
  NEXT_PUBLIC_CHATKIT_DOMAIN_KEY: z.string().min(1).optional(),
  JWT_MODE: z.enum(['hs256', 'jwks']).default('hs256'),
  JWT_ISSUER: z.string().min(1).optional(),
  JWT_AUDIENCE: z.string().min(1).optional(),
  /** Attempts to sign in, sign up, or change a password or address: for each of these and address. */
  AUTH_ATTEMPTS_PER_MINUTE: z.coerce.number().int().positive().default(10),
  /** Proxies in front that append to `X-Forwarded-For`, as for the services; 0 believes only the socket's address. */
  TRUSTED_PROXIES: z.coerce.number().int().nonnegative().default(0),
});

export type Env = z.infer<typeof schema>;

let parsed: Env | undefined;

/** What the deployment says. Read when first needed, so that a build needs none of it. */
export function env(): Env {
  return (parsed ??= parse(process.env));
}

/** Names every variable that is missing or wrong, but no value: some are secrets. */
export function parse(source: Record<string, string | undefined>): Env {
  const result = schema.safeParse(source);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The environment is not complete:\n${problems.join('\n')}`);
}
