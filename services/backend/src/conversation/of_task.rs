//! `GET /tasks/{id}/conversations`

use axum::{Json, extract::State};
use jiff_sqlx::ToSqlx;

use super::{
    page::{self, ConversationPage, PageParams},
    store::{ConversationRow, Titled},
};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{
        path::TaskPath,
        query::{self, Query},
    },
};

/// The conversations that mention a task or changed it, also those in the archive; a deleted task
/// still has its own.
#[utoipa::path(
    get, path = "/tasks/{id}/conversations", tag = "conversations",
    operation_id = "list_task_conversations",
    params(TaskPath, PageParams),
    responses(
        (status = 200, body = ConversationPage), (status = 404, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub(crate) async fn list_task_conversations(
    State(app): State<App>,
    ctx: Ctx,
    path: TaskPath,
    Query(params): Query<PageParams>,
) -> Result<Json<ConversationPage>, ApiError> {
    let limit = query::limit(params.limit, 50, 200)?;
    let cursor = page::cursor(params.cursor.as_deref())?;
    let mut db = app.pool.acquire().await?;
    let exists = sqlx::query_scalar!(
        r#"select exists(
               select from taskflow.tasks where user_id = $1 and id = $2
           ) as "exists!""#,
        ctx.user.0,
        path.id.0,
    )
    .fetch_one(&mut *db)
    .await?;
    if !exists {
        return Err(ApiError::NotFound("Task"));
    }
    let rows = sqlx::query_as!(
        ConversationRow,
        "select id, title, messages, created_at, updated_at, archived_at, version
         from taskflow.conversations
         where user_id = $1
           and id in (
               select conversation_id from taskflow.messages
               where user_id = $1 and task_ids @> array[$2::uuid]
               union
               select conversation_id from taskflow.tool_calls
               where user_id = $1 and task_ids @> array[$2::uuid]
           )
           and ($3::timestamptz is null or (updated_at, id) < ($3, $4))
         order by updated_at desc, id desc limit $5",
        ctx.user.0,
        path.id.0,
        cursor.as_ref().map(|cursor| cursor.at.to_sqlx()) as _,
        cursor.as_ref().map(|cursor| cursor.id),
        limit + 1,
    )
    .fetch_all(&mut *db)
    .await?;
    let rows = rows.into_iter().map(Titled::from).collect();
    Ok(Json(ConversationPage::new(rows, limit)?))
}
