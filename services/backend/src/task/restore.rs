//! `POST /tasks/{id}/restore`

use axum::{extract::State, http::StatusCode};

use super::{change, model::Task};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{
        path::TaskPath,
        precondition::{IfMatch, RequestLine},
        reply::Reply,
    },
    write::{Begun, Write},
};

/// Brings back a deleted task, and the subtasks that were deleted with it.
#[utoipa::path(
    post, path = "/tasks/{id}/restore", tag = "tasks", operation_id = "restore_task",
    params(TaskPath, ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = Task, headers(("ETag" = String))),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem),
    )
)]
pub(crate) async fn restore_task(
    State(app): State<App>,
    ctx: Ctx,
    path: TaskPath,
    if_match: IfMatch,
    line: RequestLine,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key_without_body()?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let task = change::find_any(&mut write, path.id, if_match).await?;
    let task = change::restore(&mut write, task).await?;
    let reply = Reply::json(StatusCode::OK, &task)?.etag(task.version);
    write.commit(reply).await
}
