-- What a broker and a state store would keep, for a process that has neither.

create schema if not exists bus;

-- Locked by whoever publishes, until commit: so the positions of a topic are without gaps, and
-- appear in order.
create table bus.topics (
    topic text primary key,
    -- The position of the newest message.
    head bigint not null
);

create table bus.messages (
    topic text not null,
    position bigint not null,
    key text,
    value bytea not null,
    published_at timestamptz not null default now(),
    primary key (topic, position)
);

-- How far each app has handled each topic.
create table bus.positions (
    app_id text not null,
    topic text not null,
    -- The first that is not handled.
    position bigint not null,
    primary key (app_id, topic)
);

create table bus.state (
    key text primary key,
    value bytea not null,
    version uuid not null,
    expires_at timestamptz not null
);

create index on bus.state (expires_at);
