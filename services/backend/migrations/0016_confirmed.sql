-- What a yes is good for, who asked for it, and whether it was used.
alter table taskflow.confirmations
    -- Empty: of what was asked before there were any; a yes to that is good for nothing.
    add column fingerprint text not null default '',
    -- Null: a session asked.
    add column token_id uuid,
    add column carried_out_at timestamptz;

-- Tasks that tools took off the list without asking, by whom, within the hour.
create table taskflow.removals (
    user_id uuid not null references auth."user" (id) on delete cascade,
    -- `token:…`, `run:…` of a conversation's turn, or `session`.
    who     text not null,
    at      timestamptz not null,
    tasks   bigint not null,
    primary key (user_id, who, at)
);
create index removals_by_age on taskflow.removals (at);
