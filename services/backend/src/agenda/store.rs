//! Rows of `taskflow.agenda`.

use events::{TaskId, UserId};
use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Entry, of};
use crate::{home::Home, task::model::Task};

/// Tasks of one statement, so that it stays well below the time that one may take.
const TASKS: usize = 5_000;

/// Writes what of a task is to be done, where it is not what stands there. An entry that keeps
/// its time is left as far as it has come.
pub(crate) async fn put(
    db: &mut PgConnection,
    user: UserId,
    before: Option<&Task>,
    after: &Task,
    home: &Home,
) -> sqlx::Result<()> {
    let old = before.map(|task| of(task, home)).unwrap_or_default();
    let new = of(after, home);
    if old == new {
        return Ok(());
    }
    write(db, user, &[(after.id, new)]).await
}

/// Writes what of many tasks is to be done, whatever stands there.
pub(crate) async fn remake(
    db: &mut PgConnection,
    user: UserId,
    tasks: &[Task],
    home: &Home,
) -> sqlx::Result<()> {
    for tasks in tasks.chunks(TASKS) {
        let entries: Vec<_> = tasks.iter().map(|task| (task.id, of(task, home))).collect();
        write(db, user, &entries).await?;
    }
    Ok(())
}

/// Writes it anew for somebody who moves: reminders that were dealt with, and lie in the past
/// still, stay so.
pub(crate) async fn follow(
    db: &mut PgConnection,
    user: UserId,
    tasks: &[Task],
    home: &Home,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    // By the agenda itself: the ledger is forgotten in time, and an imported account has none.
    let done = sqlx::query_scalar!(
        "select subject_id from taskflow.agenda
         where user_id = $1 and kind = 'reminder' and wake_at = 'infinity'",
        user.0,
    )
    .fetch_all(&mut *db)
    .await?;
    remake(db, user, tasks, home).await?;
    pass_over_due(db, user, &done, now).await
}

/// Leaves alone those of the reminders that have come due already.
pub(crate) async fn pass_over_due(
    db: &mut PgConnection,
    user: UserId,
    reminders: &[Uuid],
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update taskflow.agenda set wake_at = 'infinity'
         where user_id = $1 and kind = 'reminder' and subject_id = any($2) and due_at <= $3",
        user.0,
        reminders,
        now.to_sqlx(),
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn write(
    db: &mut PgConnection,
    user: UserId,
    tasks: &[(TaskId, Vec<Entry>)],
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = tasks.iter().map(|(id, _)| id.0).collect();
    let all = || {
        tasks
            .iter()
            .flat_map(|(id, entries)| entries.iter().map(|entry| (id.0, entry)))
    };
    let of_tasks: Vec<Uuid> = all().map(|(task, _)| task).collect();
    let kinds: Vec<&str> = all().map(|(_, entry)| entry.kind.name()).collect();
    let subjects: Vec<Uuid> = all().map(|(_, entry)| entry.subject).collect();
    let dues: Vec<Timestamp> = all().map(|(_, entry)| entry.due_at.to_sqlx()).collect();
    sqlx::query!(
        "with gone as (
            delete from taskflow.agenda a
            where user_id = $1 and task_id = any($2)
              and (a.kind, a.subject_id) not in (
                  select d.kind, d.subject_id
                  from unnest($4::text[], $5::uuid[]) as d (kind, subject_id)
              )
        )
        insert into taskflow.agenda (user_id, task_id, kind, subject_id, due_at)
        select $1, d.task_id, d.kind, d.subject_id, d.due_at
        from unnest($3::uuid[], $4::text[], $5::uuid[], $6::timestamptz[])
            as d (task_id, kind, subject_id, due_at)
        on conflict (user_id, kind, subject_id) do update
            set due_at = excluded.due_at, task_id = excluded.task_id
            where (agenda.due_at, agenda.task_id) is distinct from (excluded.due_at, excluded.task_id)",
        user.0,
        &ids,
        &of_tasks,
        &kinds as _,
        &subjects,
        &dues[..] as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
