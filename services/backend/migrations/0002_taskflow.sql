create schema if not exists taskflow;

-- One row a user. Every write of a user locks it first, so that a user's
-- transactions commit in the order of their `seq`, without gaps and without deadlocks.
-- It outlives the account: the log still needs its next number.
create table taskflow.streams (
    user_id uuid primary key,
    seq     bigint not null default 0
);

-- The system of record: appended to, never changed. It outlives the account, too.
create table taskflow.events (
    -- Drawn while the stream is locked: for one user, order of id = order of commit.
    id             bigint generated always as identity primary key,
    event_id       uuid not null unique,
    user_id        uuid not null,
    seq            bigint not null,
    topic          text not null,
    event_type     text not null,
    aggregate_id   uuid not null,
    version        bigint not null,
    schema         integer not null,
    data           jsonb not null,
    correlation_id text not null,
    causation_id   uuid,
    actor          jsonb not null,
    change_set_id  uuid not null,
    traceparent    text,
    created_at     timestamptz not null,
    unique (user_id, seq),
    unique (aggregate_id, version)
);

-- What the relay has still to publish. Its own narrow table, so that marking an
-- event as published deletes a row here instead of rewriting the event.
create table taskflow.outbox (
    id bigint primary key
);

create table taskflow.profiles (
    user_id   uuid primary key references auth."user" (id) on delete cascade,
    time_zone text not null default 'UTC',
    settings  jsonb not null default '{}',
    version   bigint not null default 1
);

create table taskflow.projects (
    id         uuid primary key,
    user_id    uuid not null references auth."user" (id) on delete cascade,
    name       text not null check (char_length(name) between 1 and 100),
    color      text check (color ~ '^#[0-9a-f]{6}$'),
    position   double precision not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    version    bigint not null,
    unique (user_id, id)
);
create index projects_by_position on taskflow.projects (user_id, position, id) where deleted_at is null;

create table taskflow.tags (
    user_id    uuid not null references auth."user" (id) on delete cascade,
    name       text not null check (char_length(name) between 1 and 50),
    color      text check (color ~ '^#[0-9a-f]{6}$'),
    created_at timestamptz not null,
    version    bigint not null default 0,
    primary key (user_id, name)
);

create table taskflow.tasks (
    id           uuid primary key,
    user_id      uuid not null references auth."user" (id) on delete cascade,
    project_id   uuid,
    parent_id    uuid,
    title        text not null check (char_length(title) between 1 and 200),
    description  text not null check (char_length(description) <= 10000),
    -- none, low, medium, high, urgent: a number, so that it sorts.
    priority     smallint not null check (priority between 0 and 4),
    tags         text[] not null,
    position     double precision not null,
    due          jsonb,
    -- Derived from `due` and the user's zone.
    due_at       timestamptz,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    completed_at timestamptz,
    deleted_at   timestamptz,
    version      bigint not null,
    -- Words are runs of letters and digits, in lower case: Postgres' own parser takes an
    -- address, a number or a path for one word, and people search for parts.
    -- `task::list` asks for the same.
    search       tsvector not null generated always as (
        to_tsvector('simple', lower(regexp_replace(title || ' ' || description, '[^[:alnum:]]+', ' ', 'g')))
    ) stored,
    unique (user_id, id),
    -- Composite, so that no row can point at somebody else's.
    foreign key (user_id, project_id) references taskflow.projects (user_id, id),
    foreign key (user_id, parent_id) references taskflow.tasks (user_id, id)
);
-- One for each order in which tasks can be listed.
create index tasks_by_created on taskflow.tasks (user_id, created_at, id);
create index tasks_by_updated on taskflow.tasks (user_id, updated_at, id);
create index tasks_by_due on taskflow.tasks (user_id, coalesce(due_at, 'infinity'), id);
create index tasks_by_priority on taskflow.tasks (user_id, priority, id);
create index tasks_by_position on taskflow.tasks (user_id, position, id);
create index tasks_by_title on taskflow.tasks (user_id, lower(title), id);
create index tasks_of_project on taskflow.tasks (user_id, project_id) where project_id is not null;
create index tasks_of_parent on taskflow.tasks (user_id, parent_id) where parent_id is not null;
create index tasks_by_tag on taskflow.tasks using gin (tags);
create index tasks_by_text on taskflow.tasks using gin (search);

-- Answers to requests that carried an Idempotency-Key, kept for 24 hours.
create table taskflow.idempotency (
    user_id      uuid not null references auth."user" (id) on delete cascade,
    key          text not null check (char_length(key) between 1 and 255),
    request_hash bytea not null,
    status       smallint not null,
    headers      jsonb not null,
    body         bytea not null,
    created_at   timestamptz not null,
    primary key (user_id, key)
);
create index idempotency_by_age on taskflow.idempotency (created_at);

-- Single-use passes for sockets. Only the hash is kept.
create table taskflow.tickets (
    ticket_hash        bytea primary key,
    user_id            uuid not null references auth."user" (id) on delete cascade,
    session_expires_at timestamptz not null,
    expires_at         timestamptz not null
);
create index tickets_by_expiry on taskflow.tickets (expires_at);

-- What no handler could take, recorded from the *.dlq topics.
create table taskflow.dead_letters (
    id           uuid primary key,
    topic        text not null,
    event_id     uuid,
    event_type   text,
    user_id      uuid,
    handler      text,
    cause        text not null,
    payload      bytea not null,
    payload_hash bytea not null,
    received_at  timestamptz not null,
    -- The broker delivers at least once: the same letter is one row.
    unique (topic, payload_hash)
);
create index dead_letters_by_age on taskflow.dead_letters (received_at);
