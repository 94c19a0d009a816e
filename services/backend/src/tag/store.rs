//! Rows of `taskflow.tags`. Every statement names the user.

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::change::Look;
use crate::write::Write;

/// `None` when there is no such tag.
pub(crate) async fn find(write: &mut Write, name: &str) -> sqlx::Result<Option<Look>> {
    let user = write.ctx.user;
    sqlx::query_as!(
        Look,
        "select color from taskflow.tags where user_id = $1 and name = $2",
        user.0,
        name,
    )
    .fetch_optional(write.tx())
    .await
}

pub(super) async fn put(write: &mut Write, name: &str, look: &Look) -> sqlx::Result<()> {
    let (user, now) = (write.ctx.user, write.ctx.now);
    sqlx::query!(
        "insert into taskflow.tags (user_id, name, color, created_at) values ($1, $2, $3, $4)
         on conflict (user_id, name) do update set color = excluded.color",
        user.0,
        name,
        look.color,
        now.to_sqlx(),
    )
    .execute(write.tx())
    .await?;
    Ok(())
}

pub(super) async fn forget(write: &mut Write, name: &str) -> sqlx::Result<()> {
    let user = write.ctx.user;
    sqlx::query!(
        "delete from taskflow.tags where user_id = $1 and name = $2",
        user.0,
        name,
    )
    .execute(write.tx())
    .await?;
    Ok(())
}

/// Of the events that are in the log; 0 if there are none.
pub(super) async fn last_version(write: &mut Write, aggregate: Uuid) -> sqlx::Result<i64> {
    let user = write.ctx.user;
    let db: &mut PgConnection = write.tx();
    sqlx::query_scalar!(
        r#"select coalesce(max(version), 0) as "last!" from taskflow.events
           where user_id = $1 and aggregate_id = $2"#,
        user.0,
        aggregate,
    )
    .fetch_one(db)
    .await
}
