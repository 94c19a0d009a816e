-- The log becomes evidence: who and why stand in columns of their own, the data keep the very
-- text that was written, and every event carries the hash of its predecessor.

-- An id belongs to its account, so that a log can be imported beside its original.
alter table taskflow.tasks
    drop constraint tasks_user_id_project_id_fkey,
    drop constraint tasks_user_id_parent_id_fkey,
    drop constraint tasks_pkey,
    drop constraint tasks_user_id_id_key,
    add primary key (user_id, id),
    add foreign key (user_id, parent_id) references taskflow.tasks (user_id, id);
alter table taskflow.projects
    drop constraint projects_pkey,
    drop constraint projects_user_id_id_key,
    add primary key (user_id, id);
alter table taskflow.tasks
    add foreign key (user_id, project_id) references taskflow.projects (user_id, id);

-- The log knows it.
alter table taskflow.tags drop column version;

alter table taskflow.streams
    -- When its newest event was written: a stream's timestamps never go back.
    add column at        timestamptz not null default 'epoch',
    -- The hash of its newest event, which the next one will carry.
    add column head_hash bytea not null default decode(repeat('00', 32), 'hex')
        check (octet_length(head_hash) = 32),
    -- Hashed together with the data, so that the hash of an erased title cannot be guessed;
    -- erased with them.
    add column salt      bytea default uuid_send(gen_random_uuid());

alter table taskflow.events
    drop constraint events_event_id_key,
    drop constraint events_aggregate_id_version_key,
    -- The order in which an aggregate is folded.
    add unique (user_id, aggregate_id, version),
    add column actor_kind text,
    add column actor_id   text,
    -- Why, where it was not simply asked for.
    add column cause      json,
    add column prev_hash  bytea,
    -- Of an erased account, whose data cannot be hashed again.
    add column data_hash  bytea check (octet_length(data_hash) = 32),
    -- As text, because a hash is made of text. Null when erased.
    alter column data type json using data::json,
    alter column data drop not null,
    add check (data is not null or data_hash is not null);
update taskflow.events set
    actor_kind = actor ->> 'kind',
    actor_id = coalesce(actor ->> 'run_id', actor ->> 'rule_id', actor ->> 'import_id');
alter table taskflow.events
    drop column actor,
    alter column actor_kind set not null;

-- Undo takes back a change-set, or all of a run, unless it was already.
create index events_by_change_set on taskflow.events (change_set_id);
create index events_by_run on taskflow.events (user_id, actor_id) where actor_kind = 'agent_run';
create index events_by_undone on taskflow.events (user_id, (cause ->> 'change_set_id')) where cause is not null;

-- SHA-256 over the predecessor's hash and the event's fields, one a line, an absent one empty;
-- the user's own id is left out, so that an imported log keeps its hashes. `event::chain` is
-- the same in Rust.
create function taskflow.event_hash(
    prev bytea, seq bigint, event_id uuid, event_type text, user_id uuid, aggregate_id uuid,
    version bigint, schema integer, correlation_id text, causation_id uuid, actor_kind text,
    actor_id text, change_set_id uuid, cause text, created_at timestamptz, data_hash bytea
) returns bytea language sql immutable as $$
    select sha256(convert_to(concat_ws(E'\n',
        encode(prev, 'hex'), seq, event_id, event_type,
        coalesce(nullif(aggregate_id, user_id)::text, ''), version, schema, correlation_id,
        coalesce(causation_id::text, ''), actor_kind, coalesce(actor_id, ''), change_set_id,
        coalesce(cause, ''), (extract(epoch from created_at) * 1000000)::bigint,
        encode(data_hash, 'hex')
    ), 'UTF8'))
$$;

create function taskflow.data_hash(salt bytea, data json) returns bytea language sql immutable as $$
    select sha256(salt || convert_to(data::text, 'UTF8'))
$$;

-- What stands in the log already is linked up.
do $$
declare
    s taskflow.streams;
    e taskflow.events;
    head bytea;
begin
    for s in select * from taskflow.streams loop
        head := s.head_hash;
        for e in select * from taskflow.events where user_id = s.user_id order by seq loop
            update taskflow.events set prev_hash = head where id = e.id;
            head := taskflow.event_hash(
                head, e.seq, e.event_id, e.event_type, e.user_id, e.aggregate_id, e.version,
                e.schema, e.correlation_id, e.causation_id, e.actor_kind, e.actor_id,
                e.change_set_id, e.cause::text, e.created_at,
                taskflow.data_hash(s.salt, e.data));
            update taskflow.streams set head_hash = head, at = greatest(at, e.created_at)
            where user_id = s.user_id;
        end loop;
    end loop;
end $$;
alter table taskflow.events
    alter column prev_hash set not null,
    add check (octet_length(prev_hash) = 32);

-- For what the service does not write itself: accounts change through Better Auth's rows.
drop function taskflow.append_user_event(uuid, text, bigint, jsonb);
create function taskflow.append_system_event(
    owner uuid, topic text, event_type text, aggregate_id uuid, version bigint, data json
) returns void language plpgsql as $$
declare
    s taskflow.streams;
    e taskflow.events;
begin
    insert into taskflow.streams (user_id) values (owner) on conflict do nothing;
    select * into s from taskflow.streams where user_id = owner for update;
    e.event_id := taskflow.uuid7();
    e.change_set_id := taskflow.uuid7();
    e.correlation_id := coalesce(nullif(current_setting('taskflow.correlation_id', true), ''), taskflow.uuid7()::text);
    e.created_at := greatest(clock_timestamp(), s.at);
    e.seq := s.seq + 1;
    insert into taskflow.events
        (event_id, user_id, seq, topic, event_type, aggregate_id, version, schema, data,
         correlation_id, actor_kind, change_set_id, created_at, prev_hash)
    values
        (e.event_id, owner, e.seq, topic, event_type, aggregate_id, version, 2, data,
         e.correlation_id, 'system', e.change_set_id, e.created_at, s.head_hash)
    returning id into e.id;
    insert into taskflow.outbox (id) values (e.id);
    update taskflow.streams set
        seq = e.seq,
        at = e.created_at,
        head_hash = taskflow.event_hash(
            s.head_hash, e.seq, e.event_id, event_type, owner, aggregate_id, version, 2,
            e.correlation_id, null, 'system', null, e.change_set_id, null, e.created_at,
            taskflow.data_hash(s.salt, data))
    where user_id = owner;
end $$;

create or replace function taskflow.on_user_created() returns trigger language plpgsql as $$
begin
    insert into taskflow.profiles (user_id) values (new.id);
    perform taskflow.append_system_event(
        new.id, 'users.events', 'user.created', new.id, 1, '{"time_zone":"UTC"}');
    return null;
end $$;

create or replace function taskflow.on_user_updated() returns trigger language plpgsql as $$
declare
    changed text[] := array_remove(array[
        case when new.email is distinct from old.email then 'email' end,
        case when new."emailVerified" is distinct from old."emailVerified" then 'email_verified' end,
        case when new.image is distinct from old.image then 'image' end,
        case when new.name is distinct from old.name then 'name' end
    ], null);
    next bigint;
begin
    if changed = '{}' then
        return null;
    end if;
    -- The stream first, as every writer does.
    perform from taskflow.streams where user_id = new.id for update;
    update taskflow.profiles set version = version + 1 where user_id = new.id returning version into next;
    perform taskflow.append_system_event(
        new.id, 'users.events', 'user.updated', new.id, next, json_build_object('changed', changed));
    return null;
end $$;

-- Before the row goes, while the profile still knows the version. Personal text goes from the
-- log too; ids, times and hashes stay, and the chain still holds.
create or replace function taskflow.on_user_deleted() returns trigger language plpgsql as $$
declare
    last bigint;
begin
    perform from taskflow.streams where user_id = old.id for update;
    select version into last from taskflow.profiles where user_id = old.id;
    -- What was not published yet must not be any more.
    delete from taskflow.outbox o using taskflow.events e where e.id = o.id and e.user_id = old.id;
    perform taskflow.append_system_event(
        old.id, 'users.events', 'user.deleted', old.id, last + 1, '{"changed":[]}');
    update taskflow.events e set
        data_hash = taskflow.data_hash(s.salt, e.data),
        data = case when e.event_type = 'user.deleted' then e.data end
    from taskflow.streams s
    where e.user_id = old.id and s.user_id = old.id;
    update taskflow.streams set salt = null where user_id = old.id;
    delete from taskflow.dead_letters where user_id = old.id;
    return old;
end $$;

-- From now on a tag comes to be by an event of its own; those that are there get theirs.
do $$
declare
    t record;
begin
    for t in select * from taskflow.tags order by user_id, name loop
        perform taskflow.append_system_event(
            t.user_id, 'tasks.events', 'tag.created', taskflow.uuid7(), 1,
            json_build_object('name', t.name, 'color', t.color));
    end loop;
end $$;
update taskflow.tags t set created_at = e.created_at
from taskflow.events e
where e.user_id = t.user_id and e.event_type = 'tag.created' and e.data ->> 'name' = t.name;
