//! Webhooks of all users that have something to do.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;
use uuid::Uuid;

/// Who was told that a webhook has something to do has so long to claim it.
const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// An event that was published.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub(crate) user: Uuid,
    pub(crate) event_type: String,
    pub(crate) seq: i64,
}

/// A webhook, and whose it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    pub(crate) user: Uuid,
    pub(crate) webhook: Uuid,
}

/// Takes webhooks whose time has come, the oldest first. Nobody else gets them within the lease;
/// after it they come again, if there is still something to do.
pub(crate) async fn claim(
    db: &PgPool,
    now: Timestamp,
    limit: i64,
    lease: SignedDuration,
) -> sqlx::Result<Vec<Due>> {
    let rows = sqlx::query!(
        "update taskflow.webhooks w set wake_at = $2
         from (
             select user_id, id from taskflow.webhooks
             where wake_at <= $1 and wake_at < 'infinity'
             order by wake_at, user_id, id
             limit $3
             for update skip locked
         ) as due
         where w.user_id = due.user_id and w.id = due.id
         returning w.user_id, w.id",
        now.to_sqlx() as _,
        (now + lease).to_sqlx() as _,
        limit,
    )
    .fetch_all(db)
    .await?;
    let due = rows.into_iter().map(|row| Due {
        user: row.user_id,
        webhook: row.id,
    });
    Ok(due.collect())
}

/// Of the webhooks that want these events, those that can run now: nobody runs them, and they do
/// not wait after a failure. If nobody claims them, their time comes after a while.
pub(crate) async fn wake(
    db: &PgPool,
    events: &[Published],
    now: Timestamp,
) -> sqlx::Result<Vec<Due>> {
    let users: Vec<Uuid> = events.iter().map(|event| event.user).collect();
    let types: Vec<String> = events
        .iter()
        .map(|event| event.event_type.clone())
        .collect();
    let seqs: Vec<i64> = events.iter().map(|event| event.seq).collect();
    let rows = sqlx::query!(
        "update taskflow.webhooks w set wake_at = least(w.wake_at, $5)
         from (
             select distinct w.user_id, w.id
             from unnest($1::uuid[], $2::text[], $3::bigint[]) as e (user_id, event_type, seq)
             join taskflow.webhooks w on w.user_id = e.user_id
             where w.active and w.cursor < e.seq
               and w.event_types
                   && array[e.event_type, split_part(e.event_type, '.', 1) || '.*', '*']
         ) as wanted
         where w.user_id = wanted.user_id and w.id = wanted.id
           and (w.lease_until is null or w.lease_until <= $4)
           and (w.retry_at is null or w.retry_at <= $4)
         returning w.user_id, w.id",
        &users,
        &types,
        &seqs,
        now.to_sqlx() as _,
        (now + LEASE).to_sqlx() as _,
    )
    .fetch_all(db)
    .await?;
    let due = rows.into_iter().map(|row| Due {
        user: row.user_id,
        webhook: row.id,
    });
    Ok(due.collect())
}
