-- A letter that comes while its account goes waits for the outcome: it would see the salt that is
-- about to be gone, and keep the text.
create or replace function taskflow.before_dead_letter() returns trigger language plpgsql as $$
declare
    erased boolean;
begin
    select salt is null into erased from taskflow.streams where user_id = new.user_id for share;
    if erased then
        return null;
    end if;
    return new;
end $$;
