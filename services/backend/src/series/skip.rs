//! `POST /tasks/{id}/recurrence/skip`

use axum::{extract::State, http::StatusCode};
use events::{Moment, Recurrence};

use super::{input::MAX_EXDATES, next};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{
        path::TaskPath,
        precondition::{IfMatch, RequestLine},
        reply::Reply,
    },
    task::{change, model::Task, store},
    write::{Begun, Write},
};

/// Leaves this occurrence out: the task becomes the next one.
#[utoipa::path(
    post, path = "/tasks/{id}/recurrence/skip", tag = "recurrence", operation_id = "skip_occurrence",
    params(TaskPath, ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = Task, headers(("ETag" = String))),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem),
    )
)]
pub(crate) async fn skip_occurrence(
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
    let recurrence = skipped(&before)?;
    vacate(&mut write, &recurrence).await?;
    let mut after = Task {
        due: Some(recurrence.due(recurrence.occurrence)),
        recurrence: Some(recurrence),
        ..before.clone()
    };
    for reminder in &mut after.reminders {
        reminder.snoozed_until = None;
    }
    let task = change::save(&mut write, before, after).await?;
    let reply = Reply::json(StatusCode::OK, &task)?.tagged(task.etag());
    write.commit(reply).await
}

/// The recurrence of the task when it is the next occurrence instead.
fn skipped(task: &Task) -> Result<Recurrence, ApiError> {
    let conflict = |why: String| Err(ApiError::Conflict(why));
    let Some(recurrence) = &task.recurrence else {
        return conflict("This task does not come again".to_owned());
    };
    if task.completed {
        return conflict("This occurrence is completed; reopen it first".to_owned());
    }
    if let Some(next) = recurrence.next {
        return conflict(format!(
            "The next occurrence is there already, the task {next}; delete this one instead"
        ));
    }
    let Some(occurrence) = next::after_skipping(recurrence) else {
        return conflict("No occurrence follows this one; delete it instead".to_owned());
    };
    let mut skipped = recurrence.clone();
    leave_out(&mut skipped.exdates, recurrence.occurrence);
    skipped.occurrence = occurrence;
    skipped.number += 1;
    Ok(skipped)
}

/// Remembers the newest of them.
fn leave_out(exdates: &mut Vec<Moment>, occurrence: Moment) {
    exdates.push(occurrence);
    exdates.sort_unstable();
    exdates.dedup();
    if exdates.len() > MAX_EXDATES {
        exdates.remove(0);
    }
}

/// An occurrence that was deleted leaves the series when another task takes its place.
async fn vacate(write: &mut Write, taken: &Recurrence) -> Result<(), ApiError> {
    let user = write.ctx.user;
    let key = (taken.series_id, taken.occurrence);
    for task in store::by_occurrence(write.tx(), user, &[key]).await? {
        if task.deleted_at.is_none() {
            return Err(ApiError::Conflict(format!(
                "The next occurrence is there already, the task {}; delete this one instead",
                task.id
            )));
        }
        let after = Task {
            recurrence: None,
            ..task.clone()
        };
        change::save(write, task, after).await?;
    }
    Ok(())
}
