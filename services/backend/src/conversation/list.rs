//! `GET /conversations` and `GET /conversations/{id}`

use axum::{Json, extract::State};
use events::TaskId;
use jiff_sqlx::ToSqlx;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    page::{self, ConversationDetail, ConversationPage},
    store::{self, ConversationRow, Titled},
};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{
        path::ConversationPath,
        query::{self, Query},
    },
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConversationParams {
    /// Those in the archive instead of the others.
    #[serde(default)]
    archived: bool,
    /// 1 to 200; 50 if absent.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[serde(default)]
    cursor: Option<String>,
}

/// Conversations with the agent, those with the newest messages first.
#[utoipa::path(
    get, path = "/conversations", tag = "conversations", operation_id = "list_conversations",
    params(ConversationParams),
    responses((status = 200, body = ConversationPage), (status = 422, body = Problem))
)]
pub(crate) async fn list_conversations(
    State(app): State<App>,
    ctx: Ctx,
    Query(params): Query<ConversationParams>,
) -> Result<Json<ConversationPage>, ApiError> {
    let limit = query::limit(params.limit, 50, 200)?;
    let cursor = page::cursor(params.cursor.as_deref())?;
    let rows = sqlx::query_as!(
        ConversationRow,
        "select id, title, messages, created_at, updated_at, archived_at, version
         from taskflow.conversations
         where user_id = $1 and (archived_at is not null) = $2
           and ($3::timestamptz is null or (updated_at, id) < ($3, $4))
         order by updated_at desc, id desc limit $5",
        ctx.user.0,
        params.archived,
        cursor.as_ref().map(|cursor| cursor.at.to_sqlx()) as _,
        cursor.as_ref().map(|cursor| cursor.id),
        limit + 1,
    )
    .fetch_all(&app.pool)
    .await?;
    let rows = rows.into_iter().map(Titled::from).collect();
    Ok(Json(ConversationPage::new(rows, limit)?))
}

/// One conversation, with the tasks that it mentions or changed.
#[utoipa::path(
    get, path = "/conversations/{id}", tag = "conversations", operation_id = "get_conversation",
    params(ConversationPath),
    responses((status = 200, body = ConversationDetail), (status = 404, body = Problem))
)]
pub(crate) async fn get_conversation(
    State(app): State<App>,
    ctx: Ctx,
    path: ConversationPath,
) -> Result<Json<ConversationDetail>, ApiError> {
    let mut db = app.pool.acquire().await?;
    let found = store::find(&mut db, ctx.user, path.id).await?;
    let found = found.ok_or(ApiError::NotFound("Conversation"))?;
    let tasks = sqlx::query_scalar!(
        r#"select task as "task!" from (
               select unnest(task_ids) as task from taskflow.messages
               where user_id = $1 and conversation_id = $2
               union
               select unnest(task_ids) from taskflow.tool_calls
               where user_id = $1 and conversation_id = $2
           ) as linked order by task limit 1000"#,
        ctx.user.0,
        path.id.0,
    )
    .fetch_all(&mut *db)
    .await?;
    Ok(Json(ConversationDetail {
        conversation: found.item(),
        task_ids: tasks.into_iter().map(TaskId).collect(),
    }))
}
