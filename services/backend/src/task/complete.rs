//! `PATCH /tasks/{id}/complete`

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{change, model::Task};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{
        body::OptionalBody,
        path::TaskPath,
        precondition::{IfMatch, RequestLine},
        reply::Reply,
    },
    write::{Begun, Write},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Completion {
    completed: bool,
}

/// Completes or reopens a task; without a body, whichever it is not.
#[utoipa::path(
    patch, path = "/tasks/{id}/complete", tag = "tasks", operation_id = "complete_task",
    params(TaskPath, ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    request_body = Option<Completion>,
    responses(
        (status = 200, body = Task, headers(("ETag" = String))),
        (status = 404, body = Problem), (status = 412, body = Problem),
    )
)]
pub(crate) async fn complete_task(
    State(app): State<App>,
    ctx: Ctx,
    path: TaskPath,
    if_match: IfMatch,
    line: RequestLine,
    body: OptionalBody<Completion>,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let before = change::find_live(&mut write, path.id, if_match).await?;
    let completed = body.value.map_or(!before.completed, |body| body.completed);
    let after = Task {
        completed,
        ..before.clone()
    };
    let task = change::save(&mut write, before, after).await?;
    let reply = Reply::json(StatusCode::OK, &task)?.tagged(task.etag());
    write.commit(reply).await
}
