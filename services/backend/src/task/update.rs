//! `PUT` and `PATCH /tasks/{id}`

use axum::{extract::State, http::StatusCode};

use super::{
    change,
    input::{NewTask, TaskPatch},
    model::Task,
};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{
        body::Body,
        path::TaskPath,
        precondition::{IdempotencyKey, IfMatch, RequestLine},
        reply::Reply,
    },
    write::{Begun, Write},
};

/// Replaces a task: what is absent becomes empty.
#[utoipa::path(
    put, path = "/tasks/{id}", tag = "tasks", operation_id = "replace_task",
    params(TaskPath, ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    request_body = NewTask,
    responses(
        (status = 200, body = Task, headers(("ETag" = String))),
        (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn replace_task(
    State(app): State<App>,
    ctx: Ctx,
    path: TaskPath,
    if_match: IfMatch,
    line: RequestLine,
    body: Body<NewTask>,
) -> Result<Reply, ApiError> {
    let key = line.key(body.hash)?;
    if body.value.recurrence.is_some() {
        return Err(ApiError::invalid(
            "recurrence",
            "How a task comes again is set with POST /tasks/{id}/recurrence",
        ));
    }
    apply(&app, ctx, path, if_match, key, body.value.into()).await
}

/// Changes some fields of a task (JSON Merge Patch, RFC 7396).
#[utoipa::path(
    patch, path = "/tasks/{id}", tag = "tasks", operation_id = "update_task",
    params(TaskPath, ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = TaskPatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, body = Task, headers(("ETag" = String))),
        (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn update_task(
    State(app): State<App>,
    ctx: Ctx,
    path: TaskPath,
    if_match: IfMatch,
    line: RequestLine,
    body: Body<TaskPatch>,
) -> Result<Reply, ApiError> {
    let key = line.key(body.hash)?;
    apply(&app, ctx, path, if_match, key, body.value).await
}

async fn apply(
    app: &App,
    ctx: Ctx,
    task: TaskPath,
    if_match: IfMatch,
    key: Option<IdempotencyKey>,
    patch: TaskPatch,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(app, ctx, key).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let task = change::find_live(&mut write, task.id, if_match).await?;
    let task = change::patch(&mut write, task, patch).await?;
    let reply = Reply::json(StatusCode::OK, &task)?.tagged(task.etag());
    write.commit(reply).await
}
