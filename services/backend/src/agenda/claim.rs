//! Entries of all users that have come due, handed out one by one.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;
use uuid::Uuid;

/// An occurrence whose successor could not be made is looked at again after so long, in case
/// more follows then.
const PAUSE: SignedDuration = SignedDuration::from_hours(24);

/// An entry that somebody is to look after now.
#[derive(Clone, Debug)]
pub(crate) struct Claimed {
    pub(crate) kind: String,
    pub(crate) user: Uuid,
    /// The task, or the reminder.
    pub(crate) subject: Uuid,
    pub(crate) due_at: Timestamp,
}

/// Takes entries that have come due, the oldest before others, and gives them in no order. Nobody
/// else gets them within the lease; after it they come again, if they are still there.
///
/// A row is written where it was found and locked: it is not looked up once more, and no plan reads
/// the whole table for it. One that somebody has changed between the statement's begin and the
/// lock lies elsewhere, and is left to the next claim.
pub(crate) async fn claim(
    db: &PgPool,
    now: Timestamp,
    limit: i64,
    lease: SignedDuration,
) -> sqlx::Result<Vec<Claimed>> {
    let rows = sqlx::query!(
        r#"update taskflow.agenda set wake_at = $2
           where ctid = any(array(
               select ctid from taskflow.agenda
               where wake_at <= $1 and wake_at < 'infinity'
               order by wake_at, user_id, subject_id
               limit $3
               for update skip locked
           ))
           returning kind, user_id, subject_id, due_at as "due_at: jiff_sqlx::Timestamp""#,
        now.to_sqlx() as _,
        (now + lease).to_sqlx() as _,
        limit,
    )
    .fetch_all(db)
    .await?;
    let claimed = rows.into_iter().map(|row| Claimed {
        kind: row.kind,
        user: row.user_id,
        subject: row.subject_id,
        due_at: row.due_at.to_jiff(),
    });
    Ok(claimed.collect())
}

/// Which of these tasks, each with its user, are to be followed by another occurrence.
pub(crate) async fn followed(
    db: &PgPool,
    users: &[Uuid],
    tasks: &[Uuid],
) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "select a.user_id, a.subject_id
         from unnest($1::uuid[], $2::uuid[]) as d (user_id, task_id)
         join taskflow.agenda a
             on a.user_id = d.user_id and a.kind = 'occurrence' and a.subject_id = d.task_id",
        users,
        tasks,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.user_id, row.subject_id))
        .collect())
}

/// Puts off occurrences that nothing follows at present.
pub(crate) async fn put_off(
    db: &mut sqlx::PgConnection,
    user: events::UserId,
    tasks: &[Uuid],
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update taskflow.agenda set wake_at = $3
         where user_id = $1 and kind = 'occurrence' and subject_id = any($2)",
        user.0,
        tasks,
        (now + PAUSE).to_sqlx() as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts off an occurrence that could not be made: for as long again as it has been due, between a
/// minute and an hour. Nothing comes sooner because of it.
pub(crate) async fn try_later(
    db: &PgPool,
    user: events::UserId,
    task: events::TaskId,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update taskflow.agenda set wake_at = greatest(
             wake_at,
             $3::timestamptz + least(greatest($3 - due_at, interval '1 minute'), interval '1 hour')
         )
         where user_id = $1 and kind = 'occurrence' and subject_id = $2",
        user.0,
        task.0,
        now.to_sqlx() as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
