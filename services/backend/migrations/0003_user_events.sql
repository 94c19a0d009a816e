-- Accounts are written by Better Auth, not by us: triggers put what happened into the
-- log in the same transaction. Never a name or an e-mail address, only field names.

create function taskflow.uuid7() returns uuid language sql volatile parallel safe as $$
    -- RFC 9562 §5.7: 48 bits of Unix milliseconds, version 7, variant 10, the rest random.
    select encode(
        set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid())
                placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
                from 1 for 6),
            52, 1), 53, 1),
        'hex')::uuid
$$;

create function taskflow.append_user_event(user_id uuid, event_type text, version bigint, data jsonb)
returns void language sql as $$
    with stream as (
        insert into taskflow.streams as s (user_id, seq) values ($1, 1)
        on conflict (user_id) do update set seq = s.seq + 1
        returning s.seq
    ), appended as (
        insert into taskflow.events
            (event_id, user_id, seq, topic, event_type, aggregate_id, version, schema, data,
             correlation_id, actor, change_set_id, created_at)
        select taskflow.uuid7(), $1, stream.seq, 'users.events', $2, $1, $3, 1, $4,
               coalesce(nullif(current_setting('taskflow.correlation_id', true), ''), taskflow.uuid7()::text),
               '{"kind": "system"}', taskflow.uuid7(), clock_timestamp()
        from stream
        returning id
    )
    insert into taskflow.outbox (id) select id from appended
$$;

create function taskflow.on_user_created() returns trigger language plpgsql as $$
begin
    insert into taskflow.profiles (user_id) values (new.id);
    perform taskflow.append_user_event(new.id, 'user.created', 1, '{"time_zone": "UTC"}');
    return null;
end $$;

create function taskflow.on_user_updated() returns trigger language plpgsql as $$
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
    perform taskflow.append_user_event(new.id, 'user.updated', next, jsonb_build_object('changed', changed));
    return null;
end $$;

-- Before the row goes, while the profile still knows the version.
create function taskflow.on_user_deleted() returns trigger language plpgsql as $$
declare
    last bigint;
begin
    perform from taskflow.streams where user_id = old.id for update;
    select version into last from taskflow.profiles where user_id = old.id;
    perform taskflow.append_user_event(old.id, 'user.deleted', last + 1, '{"changed": []}');
    return old;
end $$;

create trigger user_created after insert on auth."user"
    for each row execute function taskflow.on_user_created();
create trigger user_updated after update on auth."user"
    for each row execute function taskflow.on_user_updated();
create trigger user_deleted before delete on auth."user"
    for each row execute function taskflow.on_user_deleted();
