-- Conversations with the agent. What was said is here alone, never in the log: of `conversations`,
-- `messages` and `tool_calls` the log knows all columns but those that are marked as text.

create table taskflow.conversations (
    user_id     uuid not null references auth."user" (id) on delete cascade,
    id          uuid not null,
    -- Text. Empty where only the log was left.
    title       text not null default '' check (char_length(title) <= 200),
    -- How many there are: the number of the last.
    messages    bigint not null,
    created_at  timestamptz not null,
    -- Of the last message.
    updated_at  timestamptz not null,
    archived_at timestamptz,
    version     bigint not null,
    primary key (user_id, id)
);
create index conversations_by_update on taskflow.conversations (user_id, updated_at, id);

-- Never changed.
create table taskflow.messages (
    user_id         uuid not null,
    id              uuid not null,
    conversation_id uuid not null,
    -- 1 for the conversation's first.
    number          bigint not null,
    role            text not null check (role in ('user', 'assistant')),
    -- The turn that it belongs to.
    run_id          uuid not null,
    -- What it mentions.
    task_ids        uuid[] not null,
    created_at      timestamptz not null,
    -- Text. Null where only the log was left.
    content         text check (char_length(content) <= 64000),
    -- Text: the calls that the model wanted to make with it.
    planned         jsonb not null default '[]',
    -- As of tasks.
    search          tsvector not null generated always as (
        to_tsvector('simple', lower(regexp_replace(coalesce(content, ''), '[^[:alnum:]]+', ' ', 'g')))
    ) stored,
    primary key (user_id, id),
    unique (user_id, conversation_id, number),
    foreign key (user_id, conversation_id) references taskflow.conversations (user_id, id) on delete cascade
);
create index messages_of_run on taskflow.messages (user_id, run_id);
create index messages_by_text on taskflow.messages using gin (search);
create index messages_by_task on taskflow.messages using gin (task_ids);

create table taskflow.tool_calls (
    user_id         uuid not null references auth."user" (id) on delete cascade,
    id              uuid not null,
    -- Null outside of one.
    conversation_id uuid,
    -- The agent's run.
    run_id          text,
    tool            text not null,
    is_error        boolean not null,
    -- What it wrote.
    change_set_id   uuid,
    -- What it changed, or was about.
    task_ids        uuid[] not null,
    called_at       timestamptz not null,
    duration_ms     bigint not null,
    -- Text, both; null where only the log was left.
    input           json,
    result          json,
    primary key (user_id, id),
    foreign key (user_id, conversation_id) references taskflow.conversations (user_id, id) on delete cascade
);
create index tool_calls_of_conversation on taskflow.tool_calls (user_id, conversation_id, run_id)
    where conversation_id is not null;
create index tool_calls_by_task on taskflow.tool_calls using gin (task_ids);

-- What one message of the user's sets off, up to the answer.
create table taskflow.turns (
    user_id         uuid not null,
    run_id          uuid not null,
    conversation_id uuid not null,
    -- The request's idempotency key, and what it is bound to.
    key             text not null check (char_length(key) between 1 and 255),
    request_hash    bytea not null,
    -- Who is busy with it, and until when.
    claim_id        uuid,
    lease_seconds   integer not null,
    lease_until     timestamptz not null,
    done_at         timestamptz,
    primary key (user_id, run_id),
    unique (user_id, key),
    foreign key (user_id, conversation_id) references taskflow.conversations (user_id, id) on delete cascade
);
create index turns_under_way on taskflow.turns (user_id, conversation_id) where done_at is null;

-- Calls that wait for the user's own yes, and what became of them.
create table taskflow.confirmations (
    user_id         uuid not null references auth."user" (id) on delete cascade,
    id              uuid not null,
    tool            text not null,
    input           json not null,
    -- What it would change.
    preview         json not null,
    run_id          text,
    conversation_id uuid,
    created_at      timestamptz not null,
    expires_at      timestamptz not null,
    decided_at      timestamptz,
    said_yes        boolean,
    primary key (user_id, id),
    foreign key (user_id, conversation_id) references taskflow.conversations (user_id, id) on delete cascade,
    check ((decided_at is null) = (said_yes is null))
);
create index confirmations_by_age on taskflow.confirmations (created_at);

-- What an API token is limited to within its scope: which tools, which projects, how much an hour.
alter table taskflow.api_tokens add column limits jsonb;

-- What tokens with such a budget have spent of it within the hour.
create table taskflow.token_writes (
    user_id  uuid not null,
    token_id uuid not null,
    at       timestamptz not null,
    changes  bigint not null,
    primary key (user_id, token_id, at),
    foreign key (user_id, token_id) references taskflow.api_tokens (user_id, id) on delete cascade
);
create index token_writes_by_age on taskflow.token_writes (at);
