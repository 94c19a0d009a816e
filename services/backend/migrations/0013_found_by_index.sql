-- What is on the agenda of a task, whenever the task changes or goes.
create index agenda_by_task on taskflow.agenda (user_id, task_id);

-- What was put off: a clock that ran ahead did so for too long.
create index agenda_put_off on taskflow.agenda (wake_at)
    where wake_at > due_at and wake_at < 'infinity';

-- How often an event was sent to a webhook already.
create index webhook_attempts_by_event on taskflow.webhook_attempts (user_id, webhook_id, event_id);
