-- Programs act for an account with tokens of their own. Only a token's hash is kept, and its row
-- stays when it is revoked, so that history can name it.
create table taskflow.api_tokens (
    id           uuid not null,
    user_id      uuid not null references auth."user" (id) on delete cascade,
    name         text not null check (char_length(name) between 1 and 100),
    token_hash   bytea not null unique check (octet_length(token_hash) = 32),
    scope        text not null check (scope in ('read', 'write')),
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    primary key (user_id, id)
);

-- A socket ends with the token that fetched its ticket.
alter table taskflow.tickets
    add column token_id uuid,
    add foreign key (user_id, token_id) references taskflow.api_tokens (user_id, id) on delete cascade;

-- What of an account hangs on no foreign key. Every replica hears that it is gone, because each
-- remembers for a time who exists; a NOTIFY makes commits queue, but an account goes only once.
create function taskflow.after_user_deleted() returns trigger language plpgsql as $$
begin
    -- Better Auth keeps what waits for a person's proof under their address or id.
    delete from auth.verification
    where identifier = any(array[old.email, 'sign-in-otp-' || old.email,
                                 'email-verification-otp-' || old.email, 'forget-password-otp-' || old.email])
       or value = old.id::text
       or position(to_json(old.email)::text in value) > 0;
    -- Letters that could not be read do not know whose they are.
    delete from taskflow.dead_letters where position(convert_to(old.id::text, 'UTF8') in payload) > 0;
    perform pg_notify('taskflow_user_deleted', old.id::text);
    return null;
end $$;
create trigger user_deleted_after after delete on auth."user"
    for each row execute function taskflow.after_user_deleted();

-- Kafka may deliver an event of an erased account for days; when nobody can handle it, its text
-- must not come back.
create function taskflow.before_dead_letter() returns trigger language plpgsql as $$
begin
    if exists (select from taskflow.streams where user_id = new.user_id and salt is null) then
        return null;
    end if;
    return new;
end $$;
create trigger dead_letter_before before insert on taskflow.dead_letters
    for each row execute function taskflow.before_dead_letter();
