//! `GET /conversations/{id}/messages`

use std::collections::BTreeSet;

use axum::{Json, extract::State};
use events::{ChangeSetId, MessageId, Role, TaskId, ToolCallId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    model::{Called, Planned, Said},
    store,
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
pub(crate) struct MessageParams {
    /// 1 to 200; 50 if absent.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[serde(default)]
    cursor: Option<u32>,
}

/// What was said, once and for all.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageItem {
    #[schema(value_type = Uuid)]
    id: MessageId,
    role: Role,
    /// Null when only the log was left of it.
    content: Option<String>,
    created_at: Timestamp,
    /// Of the turn that it belongs to: what all its changes were made by, and `POST /undo` takes back.
    run_id: Uuid,
    /// What the agent wanted to do with it; empty for an answer, and for what you said.
    planned: Vec<Planned>,
    /// Of those, what it has done.
    calls: Vec<ToolCallItem>,
    /// Tasks that it mentions.
    #[schema(value_type = Vec<Uuid>)]
    task_ids: Vec<TaskId>,
}

/// A tool that the agent called.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ToolCallItem {
    #[schema(value_type = Uuid)]
    id: ToolCallId,
    tool: String,
    /// Null when only the log was left of it, like `result`.
    #[schema(value_type = Option<Object>)]
    input: Option<Box<RawValue>>,
    #[schema(value_type = Option<Object>)]
    result: Option<Box<RawValue>>,
    is_error: bool,
    /// What it changed, if anything.
    #[schema(value_type = Option<Uuid>)]
    change_set_id: Option<ChangeSetId>,
    /// Tasks that it changed, or was about.
    #[schema(value_type = Vec<Uuid>)]
    task_ids: Vec<TaskId>,
    at: Timestamp,
    duration_ms: u32,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessagePage {
    /// Newest first.
    items: Vec<MessageItem>,
    /// Ask again with this for those before; null at the end.
    next_cursor: Option<i64>,
}

/// What was said in a conversation and what the agent did, newest first.
#[utoipa::path(
    get, path = "/conversations/{id}/messages", tag = "conversations",
    operation_id = "list_messages",
    params(ConversationPath, MessageParams),
    responses(
        (status = 200, body = MessagePage), (status = 404, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub(crate) async fn list_messages(
    State(app): State<App>,
    ctx: Ctx,
    path: ConversationPath,
    Query(params): Query<MessageParams>,
) -> Result<Json<MessagePage>, ApiError> {
    let limit = query::limit(params.limit, 50, 200)?;
    let before = params.cursor.map_or(i64::MAX, i64::from);
    let mut db = app.pool.acquire().await?;
    let found = store::find(&mut db, ctx.user, path.id).await?;
    found.ok_or(ApiError::NotFound("Conversation"))?;
    let mut said = store::newest(&mut db, ctx.user, path.id, before, limit + 1).await?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = said.len() > shown;
    said.truncate(shown);
    let runs: BTreeSet<String> = said
        .iter()
        .filter(|said| !said.planned.is_empty())
        .map(|said| said.message.run_id.to_string())
        .collect();
    let runs: Vec<String> = runs.into_iter().collect();
    let calls = store::calls_of_runs(&mut db, ctx.user, path.id, &runs).await?;
    let last = said.last().map(|said| said.message.number);
    Ok(Json(MessagePage {
        items: said.into_iter().map(|said| item(said, &calls)).collect(),
        next_cursor: last.filter(|_| more),
    }))
}

fn item(said: Said, calls: &[Called]) -> MessageItem {
    let calls = said.calls(calls).map(|called| ToolCallItem {
        id: called.call.id,
        tool: called.call.tool.clone(),
        input: called.input.clone(),
        result: called.result.clone(),
        is_error: called.call.is_error,
        change_set_id: called.call.change_set_id,
        task_ids: called.call.task_ids.clone(),
        at: called.call.called_at,
        duration_ms: called.call.duration_ms,
    });
    MessageItem {
        calls: calls.collect(),
        id: said.message.id,
        role: said.message.role,
        content: said.content,
        created_at: said.message.created_at,
        run_id: said.message.run_id,
        planned: said.planned,
        task_ids: said.message.task_ids,
    }
}
