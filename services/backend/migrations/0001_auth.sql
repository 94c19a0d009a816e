-- Better Auth 1.7's core tables, with uuid keys and its own camelCase column names.
-- Owned here so that there is one migrator; the front end only reads and writes rows.
create schema if not exists auth;

create table auth."user" (
    id              uuid primary key default gen_random_uuid(),
    name            text not null,
    email           text not null unique,
    "emailVerified" boolean not null default false,
    image           text,
    "createdAt"     timestamptz not null default current_timestamp,
    "updatedAt"     timestamptz not null default current_timestamp
);

create table auth.session (
    id          uuid primary key default gen_random_uuid(),
    "expiresAt" timestamptz not null,
    token       text not null unique,
    "createdAt" timestamptz not null default current_timestamp,
    "updatedAt" timestamptz not null,
    "ipAddress" text,
    "userAgent" text,
    "userId"    uuid not null references auth."user" (id) on delete cascade
);
create index session_by_user on auth.session ("userId");

create table auth.account (
    id                      uuid primary key default gen_random_uuid(),
    "accountId"             text not null,
    "providerId"            text not null,
    "userId"                uuid not null references auth."user" (id) on delete cascade,
    "accessToken"           text,
    "refreshToken"          text,
    "idToken"               text,
    "accessTokenExpiresAt"  timestamptz,
    "refreshTokenExpiresAt" timestamptz,
    scope                   text,
    password                text,
    "createdAt"             timestamptz not null default current_timestamp,
    "updatedAt"             timestamptz not null
);
create index account_by_user on auth.account ("userId");

create table auth.verification (
    id          uuid primary key default gen_random_uuid(),
    identifier  text not null,
    value       text not null,
    "expiresAt" timestamptz not null,
    "createdAt" timestamptz not null default current_timestamp,
    "updatedAt" timestamptz not null default current_timestamp
);
create index verification_by_identifier on auth.verification (identifier);

-- Used in JWT_MODE=jwks: the private key is encrypted by Better Auth.
create table auth.jwks (
    id           uuid primary key default gen_random_uuid(),
    "publicKey"  text not null,
    "privateKey" text not null,
    "createdAt"  timestamptz not null,
    "expiresAt"  timestamptz,
    alg          text,
    crv          text
);
