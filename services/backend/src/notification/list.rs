//! `GET /notifications` and `GET /notifications/unread`

use axum::{Json, extract::State};
use events::{NotificationId, NotificationKind, ReminderId, TaskId, WebhookId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::store;
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::query::{self, Query},
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NotificationParams {
    /// Only those that are not read.
    #[serde(default)]
    unread: bool,
    /// 1 to 200; 50 if absent.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[serde(default)]
    cursor: Option<Uuid>,
}

/// Something that somebody was told in the app.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NotificationItem {
    #[schema(value_type = Uuid)]
    id: NotificationId,
    kind: NotificationKind,
    #[schema(value_type = Option<Uuid>)]
    task_id: Option<TaskId>,
    /// What the task is called now; null when it is deleted.
    task_title: Option<String>,
    #[schema(value_type = Option<Uuid>)]
    reminder_id: Option<ReminderId>,
    #[schema(value_type = Option<Uuid>)]
    webhook_id: Option<WebhookId>,
    /// When what it tells of came about, such as when the reminder was due.
    at: Timestamp,
    created_at: Timestamp,
    read_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NotificationPage {
    /// Newest first.
    items: Vec<NotificationItem>,
    /// Ask again with this for those before; null at the end.
    #[schema(value_type = Option<Uuid>)]
    next_cursor: Option<NotificationId>,
    /// Of all, not only of this page.
    unread: i64,
}

/// What you were told in the app, newest first.
#[utoipa::path(
    get, path = "/notifications", tag = "notifications", operation_id = "list_notifications",
    params(NotificationParams),
    responses((status = 200, body = NotificationPage), (status = 422, body = Problem))
)]
pub(crate) async fn list_notifications(
    State(app): State<App>,
    ctx: Ctx,
    Query(params): Query<NotificationParams>,
) -> Result<Json<NotificationPage>, ApiError> {
    let limit = query::limit(params.limit, 50, 200)?;
    let mut db = app.pool.acquire().await?;
    let rows = sqlx::query!(
        r#"select n.id, n.kind, n.task_id, n.reminder_id, n.webhook_id,
                  n.at as "at: jiff_sqlx::Timestamp",
                  n.created_at as "created_at: jiff_sqlx::Timestamp",
                  n.read_at as "read_at: jiff_sqlx::Timestamp", t.title as "title?"
           from taskflow.notifications n
           left join taskflow.tasks t
               on t.user_id = n.user_id and t.id = n.task_id and t.deleted_at is null
           where n.user_id = $1 and n.deleted_at is null
             and ($2::uuid is null or n.id < $2)
             and (not $3 or n.read_at is null)
           order by n.id desc limit $4"#,
        ctx.user.0,
        params.cursor,
        params.unread,
        limit + 1,
    )
    .fetch_all(&mut *db)
    .await?;
    // One more than the limit tells whether anything follows.
    let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > limit;
    let items: Vec<NotificationItem> = rows
        .into_iter()
        .take(usize::try_from(limit).unwrap_or(usize::MAX))
        .filter_map(|row| {
            Some(NotificationItem {
                id: NotificationId(row.id),
                kind: NotificationKind::from_name(&row.kind)?,
                task_id: row.task_id.map(TaskId),
                task_title: row.title,
                reminder_id: row.reminder_id.map(ReminderId),
                webhook_id: row.webhook_id.map(WebhookId),
                at: row.at.to_jiff(),
                created_at: row.created_at.to_jiff(),
                read_at: row.read_at.map(jiff_sqlx::Timestamp::to_jiff),
            })
        })
        .collect();
    Ok(Json(NotificationPage {
        next_cursor: items.last().filter(|_| more).map(|item| item.id),
        unread: store::count_unread(&mut db, ctx.user).await?,
        items,
    }))
}

/// How many notifications are not read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnreadCount {
    unread: i64,
}

/// How many notifications are not read.
#[utoipa::path(
    get, path = "/notifications/unread", tag = "notifications",
    operation_id = "count_unread_notifications",
    responses((status = 200, body = UnreadCount))
)]
pub(crate) async fn count_unread_notifications(
    State(app): State<App>,
    ctx: Ctx,
) -> Result<Json<UnreadCount>, ApiError> {
    let mut db = app.pool.acquire().await?;
    let unread = store::count_unread(&mut db, ctx.user).await?;
    Ok(Json(UnreadCount { unread }))
}
