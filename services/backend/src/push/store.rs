//! Rows of `taskflow.push_subscriptions`.

use events::UserId;
use jiff_sqlx::ToSqlx;
use proto::v1::delivery::Push;
use sqlx::PgConnection;
use uuid::Uuid;

use super::endpoints::NewSubscription;

/// Of one user.
pub(super) const MAX: i64 = 10;

pub(crate) async fn ids(db: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from taskflow.push_subscriptions where user_id = $1 order by id",
        user.0,
    )
    .fetch_all(db)
    .await
}

pub(crate) async fn find(
    db: &mut PgConnection,
    user: UserId,
    id: Uuid,
) -> sqlx::Result<Option<Push>> {
    sqlx::query_as!(
        Push,
        "select endpoint, p256dh, auth from taskflow.push_subscriptions
         where user_id = $1 and id = $2",
        user.0,
        id,
    )
    .fetch_optional(db)
    .await
}

/// Whether there was one.
pub(crate) async fn delete(db: &mut PgConnection, user: UserId, id: Uuid) -> sqlx::Result<bool> {
    let deleted = sqlx::query!(
        "delete from taskflow.push_subscriptions where user_id = $1 and id = $2",
        user.0,
        id,
    )
    .execute(db)
    .await?;
    Ok(deleted.rows_affected() > 0)
}

/// The id of the subscription, an old one if the browser has one; `None` if there is no room.
///
/// A browser that somebody else has used before is theirs no longer: it would show them what
/// concerns this user. Only the browser itself knows its endpoint.
pub(super) async fn put(
    db: &mut PgConnection,
    user: UserId,
    new: &NewSubscription,
    now: jiff::Timestamp,
) -> sqlx::Result<Option<Uuid>> {
    sqlx::query!(
        "delete from taskflow.push_subscriptions where endpoint = $2 and user_id <> $1",
        user.0,
        new.endpoint,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query_scalar!(
        "insert into taskflow.push_subscriptions (user_id, id, endpoint, p256dh, auth, created_at)
         select $1, $2, $3, $4, $5, $6
         where (select count(*) from taskflow.push_subscriptions
                where user_id = $1 and endpoint <> $3) < $7
         on conflict (endpoint) do update set p256dh = excluded.p256dh, auth = excluded.auth
            where push_subscriptions.user_id = $1
         returning id",
        user.0,
        Uuid::now_v7(),
        new.endpoint,
        new.keys.p256dh,
        new.keys.auth,
        now.to_sqlx(),
        MAX,
    )
    .fetch_optional(db)
    .await
}
