-- Letters are replayed or dropped by hand, and keep what became of them.
alter table taskflow.dead_letters
    add column state text not null default 'waiting'
        check (state in ('waiting', 'replayed', 'dropped'));
-- Pages go by id, which begins with the time of the letter's arrival.
drop index taskflow.dead_letters_by_age;
create index dead_letters_by_state on taskflow.dead_letters (state, id);

create table taskflow.dead_letter_history (
    id        bigint generated always as identity primary key,
    letter_id uuid not null references taskflow.dead_letters (id) on delete cascade,
    at        timestamptz not null,
    what      text not null check (what in ('failed', 'replayed', 'dropped')),
    -- The cause of a failure, the reason of a drop.
    why       text,
    -- The handler that failed, or who replayed or dropped: an administrator's id, or `command`.
    by        text
);
create index dead_letter_history_of on taskflow.dead_letter_history (letter_id, id);
insert into taskflow.dead_letter_history (letter_id, at, what, why, by)
select id, received_at, 'failed', cause, handler from taskflow.dead_letters order by id;

-- How far each unfinished `replay` has come.
create table taskflow.replays (
    -- SHA-256 of its arguments.
    key       bytea primary key,
    -- Events up to this id were looked at and are published.
    done      bigint not null,
    -- Its last event; later ones are published by the relay as they come.
    until     bigint not null,
    published bigint not null default 0
);
