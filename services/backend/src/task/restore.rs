//! `POST /tasks/{id}/restore`

use axum::{extract::State, http::StatusCode};
use events::Cause;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{change, model::Task};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    event::moment::Moment,
    http::{
        body::OptionalBody,
        path::TaskPath,
        precondition::{IfMatch, RequestLine},
        reply::Reply,
    },
    projection::at,
    write::{Begun, Write},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RestoreRequest {
    /// Also brings every field back to what it was then: an instant, or the `seq` of an event.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) as_of: Option<Moment>,
}

/// Brings back a deleted task, and the subtasks that were deleted with it; with `as_of`, to what
/// it was at that moment.
#[utoipa::path(
    post, path = "/tasks/{id}/restore", tag = "tasks", operation_id = "restore_task",
    params(TaskPath, ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    request_body = Option<RestoreRequest>,
    responses(
        (status = 200, body = Task, headers(("ETag" = String))),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub(crate) async fn restore_task(
    State(app): State<App>,
    ctx: Ctx,
    path: TaskPath,
    if_match: IfMatch,
    line: RequestLine,
    body: OptionalBody<RestoreRequest>,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let mut task = change::find_any(&mut write, path.id, if_match).await?;
    if let Some(moment) = body.value.and_then(|body| body.as_of) {
        let then = then(&mut write, moment, &task).await?;
        task = change::return_to(&mut write, task, then).await?;
    } else {
        task = change::restore(&mut write, task).await?;
    }
    let reply = Reply::json(StatusCode::OK, &task)?.tagged(task.etag());
    write.commit(reply).await
}

/// The task at a moment when it was there; the write is told the cause.
async fn then(write: &mut Write, moment: Moment, task: &Task) -> Result<Task, ApiError> {
    let ctx = write.ctx.clone();
    let past = moment.past(write.tx(), &ctx, "as_of").await?;
    write.ctx.cause = Some(Cause::Restore {
        seq: past.seq.unsigned_abs(),
    });
    at::task(write.tx(), ctx.user, task.id, past.seq)
        .await?
        .filter(|then| then.deleted_at.is_none())
        .ok_or_else(|| ApiError::invalid("as_of", "The task was not there at that moment"))
}
