//! A clock that ran ahead and is right again: what was put off meanwhile would wait until the
//! time that it showed, and what was given up for too late would not come at all.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;

use crate::reminder::progress::{LATEST, TOO_LATE};

pub(super) async fn put_right(db: &PgPool, now: Timestamp) -> sqlx::Result<()> {
    wake_agenda(db, now).await?;
    wake_webhooks(db, now).await?;
    take_up_again(db, now).await
}

/// An occurrence that nothing follows waits for a day, and a delivery for an hour, at most.
async fn wake_agenda(db: &PgPool, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "with woken as (
             update taskflow.agenda set wake_at = greatest(due_at, $1)
             where wake_at < 'infinity' and wake_at - due_at > interval '2 hours'
               and wake_at > greatest(due_at, $1)
                   + case kind when 'occurrence' then interval '25 hours' else interval '2 hours' end
             returning user_id, kind, subject_id, due_at, wake_at
         )
         update taskflow.deliveries d set wake_at = woken.wake_at
         from woken
         where woken.kind = 'reminder' and d.user_id = woken.user_id
           and d.reminder_id = woken.subject_id and d.due_at = woken.due_at
           and d.wake_at > woken.wake_at",
        now.to_sqlx() as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn wake_webhooks(db: &PgPool, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update taskflow.webhooks
         set wake_at = $1, retry_at = null, claim_id = null, lease_until = null
         where wake_at < 'infinity' and wake_at > $1::timestamptz + interval '2 hours'",
        now.to_sqlx() as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What is said to have come too late at a time that is still to come.
async fn take_up_again(db: &PgPool, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "with again as (
             update taskflow.deliveries
             set state = 'scheduled', wake_at = greatest(due_at, $1)
             where due_at > $2 and state = 'failed' and steps -> -1 ->> 'why' = $3
               and (steps -> -1 ->> 'at')::timestamptz > $1
             returning user_id, reminder_id, due_at, wake_at
         )
         update taskflow.agenda a set wake_at = again.wake_at
         from again
         where a.user_id = again.user_id and a.kind = 'reminder'
           and a.subject_id = again.reminder_id and a.due_at = again.due_at",
        now.to_sqlx() as _,
        (now - LATEST).to_sqlx() as _,
        TOO_LATE,
    )
    .execute(db)
    .await?;
    Ok(())
}
