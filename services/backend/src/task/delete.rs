//! `DELETE /tasks/{id}`

use axum::extract::State;

use super::change;
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

/// Deletes a task and its subtasks. They can be restored.
#[utoipa::path(
    delete, path = "/tasks/{id}", tag = "tasks", operation_id = "delete_task",
    params(TaskPath, ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 204), (status = 404, body = Problem), (status = 412, body = Problem))
)]
pub(crate) async fn delete_task(
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
    let task = change::find_live(&mut write, path.id, if_match).await?;
    change::delete(&mut write, task).await?;
    write.commit(Reply::no_content()).await
}
