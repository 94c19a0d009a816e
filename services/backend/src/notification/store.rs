//! Rows of `taskflow.notifications`. Every statement names the user.

use events::{NotificationId, NotificationKind, ReminderId, TaskId, UserId, WebhookId};
use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

use super::model::Notification;

struct Row {
    id: Uuid,
    kind: String,
    task_id: Option<Uuid>,
    reminder_id: Option<Uuid>,
    webhook_id: Option<Uuid>,
    at: Timestamp,
    created_at: Timestamp,
    read_at: Option<Timestamp>,
    deleted_at: Option<Timestamp>,
    version: i64,
}

impl TryFrom<Row> for Notification {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, Self::Error> {
        let kind = NotificationKind::from_name(&row.kind)
            .ok_or_else(|| sqlx::Error::Decode("there is no such kind of notification".into()))?;
        Ok(Self {
            id: NotificationId(row.id),
            kind,
            task_id: row.task_id.map(TaskId),
            reminder_id: row.reminder_id.map(ReminderId),
            webhook_id: row.webhook_id.map(WebhookId),
            at: row.at.to_jiff(),
            created_at: row.created_at.to_jiff(),
            read_at: row.read_at.map(Timestamp::to_jiff),
            deleted_at: row.deleted_at.map(Timestamp::to_jiff),
            version: row.version,
        })
    }
}

/// Writes a notification as it is, whether or not it is there.
pub(crate) async fn put(
    db: &mut PgConnection,
    user: UserId,
    notification: &Notification,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into taskflow.notifications
            (user_id, id, kind, task_id, reminder_id, webhook_id, at, created_at, read_at,
             deleted_at, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (user_id, id) do update set
            read_at = excluded.read_at, deleted_at = excluded.deleted_at,
            version = excluded.version",
        user.0,
        notification.id.0,
        notification.kind.name(),
        notification.task_id.map(|id| id.0),
        notification.reminder_id.map(|id| id.0),
        notification.webhook_id.map(|id| id.0),
        notification.at.to_sqlx(),
        notification.created_at.to_sqlx(),
        notification.read_at.map(ToSqlx::to_sqlx),
        notification.deleted_at.map(ToSqlx::to_sqlx),
        notification.version,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Of these, those that are there; in order of id.
pub(super) async fn find(
    db: &mut PgConnection,
    user: UserId,
    ids: &[Uuid],
) -> sqlx::Result<Vec<Notification>> {
    sqlx::query_as!(
        Row,
        "select id, kind, task_id, reminder_id, webhook_id, at, created_at, read_at, deleted_at,
                version
         from taskflow.notifications
         where user_id = $1 and id = any($2) and deleted_at is null order by id",
        user.0,
        ids,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(Notification::try_from)
    .collect()
}

/// The oldest that are not read, up to a number.
pub(super) async fn unread(
    db: &mut PgConnection,
    user: UserId,
    limit: i64,
) -> sqlx::Result<Vec<Notification>> {
    sqlx::query_as!(
        Row,
        "select id, kind, task_id, reminder_id, webhook_id, at, created_at, read_at, deleted_at,
                version
         from taskflow.notifications
         where user_id = $1 and read_at is null and deleted_at is null order by id limit $2",
        user.0,
        limit,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(Notification::try_from)
    .collect()
}

pub(super) async fn count_unread(db: &mut PgConnection, user: UserId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from taskflow.notifications
           where user_id = $1 and read_at is null and deleted_at is null"#,
        user.0,
    )
    .fetch_one(db)
    .await
}
