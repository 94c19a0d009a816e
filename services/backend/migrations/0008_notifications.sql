-- What reaches people, and how: the list in the app, the ledger of everything that was sent, and
-- where it is sent to.

-- A reminder is found by its id.
create index tasks_by_reminder on taskflow.tasks using gin (reminders jsonb_path_ops)
    where reminders <> '[]';

-- A fold of the log.
create table taskflow.notifications (
    user_id     uuid not null references auth."user" (id) on delete cascade,
    id          uuid not null,
    kind        text not null,
    task_id     uuid,
    reminder_id uuid,
    webhook_id  uuid,
    at          timestamptz not null,
    created_at  timestamptz not null,
    read_at     timestamptz,
    deleted_at  timestamptz,
    version     bigint not null,
    primary key (user_id, id)
);
create index notifications_unread on taskflow.notifications (user_id, id)
    where read_at is null and deleted_at is null;

-- The ledger: one row for each destination that one firing of a reminder goes to.
create table taskflow.deliveries (
    user_id      uuid not null references auth."user" (id) on delete cascade,
    -- Of what goes into the app, the notification's.
    id           uuid not null,
    reminder_id  uuid not null,
    task_id      uuid not null,
    -- Which firing: moved or snoozed, a reminder fires anew.
    due_at       timestamptz not null,
    channel      text not null check (channel in ('in_app', 'email', 'push', 'webhook')),
    -- The push subscription or the webhook; the other channels have one destination.
    destination  uuid,
    state        text not null check (state in
        ('scheduled', 'claimed', 'sent', 'accepted', 'failed', 'unknown', 'seen')),
    -- How many were begun.
    attempts     integer not null default 0,
    -- An earlier attempt has an unknown outcome.
    may_be_twice boolean not null default false,
    -- Who is busy with it.
    claim_id     uuid,
    -- When to look at it again; null when it is done.
    wake_at      timestamptz,
    -- All that happened to it, in order.
    steps        jsonb not null default '[]',
    primary key (user_id, id),
    -- However often it is asked for, a firing goes to a destination once.
    unique nulls not distinct (user_id, reminder_id, due_at, channel, destination)
);
create index deliveries_by_age on taskflow.deliveries (due_at);

create table taskflow.push_subscriptions (
    user_id    uuid not null references auth."user" (id) on delete cascade,
    id         uuid not null,
    -- Whoever knows it can send to the browser, so no list shows it. A browser is told what
    -- concerns the person who used it last.
    endpoint   text not null unique,
    p256dh     text not null,
    auth       text not null,
    created_at timestamptz not null,
    primary key (user_id, id)
);

create table taskflow.webhooks (
    user_id       uuid not null references auth."user" (id) on delete cascade,
    id            uuid not null,
    url           text not null,
    -- Signs what is sent, so it cannot be kept as a hash. No route gives it away again.
    secret        text not null,
    -- Types of events, `family.*` or `*`.
    event_types   text[] not null,
    active        boolean not null,
    -- Why it was switched off, if the server did it.
    off_because   text,
    created_at    timestamptz not null,
    -- The `seq` up to which it had everything that it wants.
    cursor        bigint not null,
    -- A message that was asked for to see whether it arrives.
    test_id       uuid,
    claim_id      uuid,
    lease_until   timestamptz,
    -- How often it failed in a row, and since when.
    failures      integer not null default 0,
    failing_since timestamptz,
    retry_at      timestamptz,
    -- When to look at it again; never (infinity) while it has nothing to do.
    wake_at       timestamptz not null default 'infinity',
    primary key (user_id, id)
);
create index webhooks_by_wake on taskflow.webhooks (wake_at, user_id, id) where wake_at < 'infinity';

-- What became of each event that a webhook was sent.
create table taskflow.webhook_attempts (
    id          bigint generated always as identity,
    user_id     uuid not null,
    webhook_id  uuid not null,
    event_id    uuid not null,
    event_type  text not null,
    -- Null of a test.
    seq         bigint,
    -- 1 for the first.
    attempt     integer not null,
    at          timestamptz not null,
    outcome     text not null check (outcome in ('accepted', 'failed', 'unknown')),
    -- Of HTTP.
    status      integer,
    latency_ms  integer not null,
    why         text,
    primary key (user_id, webhook_id, id),
    foreign key (user_id, webhook_id) references taskflow.webhooks (user_id, id) on delete cascade
);
create index webhook_attempts_by_age on taskflow.webhook_attempts (at);
