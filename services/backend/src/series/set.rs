//! `POST` and `DELETE /tasks/{id}/recurrence`

use axum::{extract::State, http::StatusCode};
use events::Recurrence;

use super::input::NewRecurrence;
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{
        body::Body,
        path::TaskPath,
        precondition::{IfMatch, RequestLine},
        reply::Reply,
    },
    task::{change, model::Task, store},
    write::{Begun, Write},
};

/// Sets how a task comes again, or changes it from this occurrence on. What came before keeps its
/// rule; what is open after it is deleted.
#[utoipa::path(
    post, path = "/tasks/{id}/recurrence", tag = "recurrence", operation_id = "set_recurrence",
    params(TaskPath, ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    request_body = NewRecurrence,
    responses(
        (status = 200, body = Task, headers(("ETag" = String))),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub(crate) async fn set_recurrence(
    State(app): State<App>,
    ctx: Ctx,
    path: TaskPath,
    if_match: IfMatch,
    line: RequestLine,
    body: Body<NewRecurrence>,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let before = change::find_live(&mut write, path.id, if_match).await?;
    let task = match body.value.series(before.due.as_ref(), &write.home.zone)? {
        Some(recurrence) => begin(&mut write, before, recurrence).await?,
        None => end(&mut write, before).await?,
    };
    let reply = Reply::json(StatusCode::OK, &task)?.tagged(task.etag());
    write.commit(reply).await
}

/// Ends a series: the task and what came after it are tasks like others.
#[utoipa::path(
    delete, path = "/tasks/{id}/recurrence", tag = "recurrence", operation_id = "end_recurrence",
    params(TaskPath, ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = Task, headers(("ETag" = String))),
        (status = 404, body = Problem), (status = 412, body = Problem),
    )
)]
pub(crate) async fn end_recurrence(
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
    let before = change::find_live(&mut write, path.id, if_match).await?;
    let task = end(&mut write, before).await?;
    let reply = Reply::json(StatusCode::OK, &task)?.tagged(task.etag());
    write.commit(reply).await
}

async fn begin(write: &mut Write, before: Task, new: Recurrence) -> Result<Task, ApiError> {
    let later = later(write, &before).await?;
    if let Some(newest) = later.iter().rev().find(|task| task.completed) {
        return Err(ApiError::Conflict(format!(
            "A later occurrence is completed; change the rule from the task {} on, or reopen it",
            newest.id
        )));
    }
    for task in later {
        change::delete(write, task).await?;
    }
    let after = Task {
        recurrence: Some(new),
        ..before.clone()
    };
    change::save(write, before, after).await
}

async fn end(write: &mut Write, before: Task) -> Result<Task, ApiError> {
    let plain = |task: &Task| Task {
        recurrence: None,
        ..task.clone()
    };
    for task in later(write, &before).await? {
        let after = plain(&task);
        change::save(write, task, after).await?;
    }
    let after = plain(&before);
    change::save(write, before, after).await
}

/// The live occurrences of a task's series that came after it, in order.
async fn later(write: &mut Write, task: &Task) -> Result<Vec<Task>, ApiError> {
    let Some(recurrence) = &task.recurrence else {
        return Ok(Vec::new());
    };
    let user = write.ctx.user;
    let (series, number) = (recurrence.series_id, recurrence.number);
    Ok(store::later_in_series(write.tx(), user, series, number).await?)
}
