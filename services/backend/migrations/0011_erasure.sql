-- What of an account hangs on no foreign key, and what a `rebuild` left beside the tables.
create or replace function taskflow.after_user_deleted() returns trigger language plpgsql as $$
declare
    shadow text;
begin
    -- Better Auth keeps what waits for a person's proof under their address or id.
    delete from auth.verification
    where identifier = any(array[old.email, 'sign-in-otp-' || old.email,
                                 'email-verification-otp-' || old.email, 'forget-password-otp-' || old.email])
       or value = old.id::text
       or position(to_json(old.email)::text in value) > 0;
    -- Letters that could not be read do not know whose they are, and may spell the id as they like.
    delete from taskflow.dead_letters
    where position(old.id::text in lower(encode(payload, 'escape'))) > 0;
    -- The shadow is made and dropped by the command, so what is in it is only known now.
    for shadow in
        select format('taskflow_shadow.%I', tablename) from pg_tables where schemaname = 'taskflow_shadow'
    loop
        if to_regclass(shadow) is not null then
            execute 'delete from ' || shadow || ' where user_id = $1' using old.id;
        end if;
    end loop;
    perform pg_notify('taskflow_user_deleted', old.id::text);
    return null;
end $$;
