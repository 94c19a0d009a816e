-- How tasks come again, and when somebody wants to be told of them: values of the task, as in
-- its events.
alter table taskflow.tasks
    add column recurrence jsonb,
    add column reminders jsonb not null default '[]';

-- Whatever fires twice: an occurrence of a series is one task.
create unique index tasks_by_occurrence
    on taskflow.tasks (user_id, (recurrence ->> 'series_id'), (recurrence ->> 'occurrence'))
    where recurrence is not null;

-- What is to be done at some time, and when: derived from the tasks, the user's zone and
-- settings.
create table taskflow.agenda (
    user_id    uuid not null references auth."user" (id) on delete cascade,
    -- occurrence: the task's next one is to be made. reminder: it is to be told of.
    kind       text not null check (kind in ('occurrence', 'reminder')),
    -- The task, or the reminder.
    subject_id uuid not null,
    task_id    uuid not null,
    due_at     timestamptz not null,
    -- When to look at it again: `due_at` at first, later while somebody is busy with it, never
    -- (infinity) when it is done. The trigger below sets it.
    wake_at    timestamptz not null,
    primary key (user_id, kind, subject_id),
    foreign key (user_id, task_id) references taskflow.tasks (user_id, id) on delete cascade
);
create index agenda_by_wake on taskflow.agenda (wake_at, user_id, subject_id) where wake_at < 'infinity';

create function taskflow.wake_when_due() returns trigger language plpgsql as $$
begin
    new.wake_at := new.due_at;
    return new;
end $$;
create trigger agenda_added before insert on taskflow.agenda
    for each row execute function taskflow.wake_when_due();
create trigger agenda_moved before update of due_at on taskflow.agenda
    for each row when (new.due_at is distinct from old.due_at)
    execute function taskflow.wake_when_due();
