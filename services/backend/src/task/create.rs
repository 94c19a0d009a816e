//! `POST /tasks`

use axum::{extract::State, http::StatusCode};

use super::{change, input::NewTask, model::Task};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{body::Body, precondition::RequestLine, reply::Reply},
    write::{Begun, Write},
};

/// Creates a task.
#[utoipa::path(
    post, path = "/tasks", tag = "tasks", operation_id = "create_task",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless for 24 hours")),
    request_body = NewTask,
    responses(
        (status = 201, body = Task, headers(("ETag" = String), ("Location" = String))),
        (status = 409, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn create_task(
    State(app): State<App>,
    ctx: Ctx,
    line: RequestLine,
    body: Body<NewTask>,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let task = change::create(&mut write, body.value).await?;
    let location = format!("/api/{}/tasks/{}", write.ctx.user, task.id);
    let reply = Reply::json(StatusCode::CREATED, &task)?
        .tagged(task.etag())
        .location(location);
    write.commit(reply).await
}
