//! `POST /projects/{id}/restore`

use axum::{extract::State, http::StatusCode};
use events::{Cause, TaskId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{change, model::Project, store};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{
        body::OptionalBody,
        path::ProjectPath,
        precondition::{IfMatch, RequestLine},
        reply::Reply,
    },
    projection::at,
    task::{self, model::Task, restore::RestoreRequest},
    write::{Begun, Write},
};

/// A project that is back, and what could not come back with it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestoredProject {
    #[serde(flatten)]
    project: Project,
    /// Absent when every task is what it was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skipped: Vec<SkippedTask>,
}

/// A task that cannot be what it was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SkippedTask {
    #[schema(value_type = uuid::Uuid)]
    id: TaskId,
    /// Of that moment.
    title: String,
    /// For a person to read.
    reason: String,
}

/// Brings back a deleted project. With `as_of`, it and the tasks that were in it then become
/// what they were at that moment; tasks that came later stay as they are. One that cannot be what
/// it was, such as a part of a task that is deleted elsewhere, is left out and named.
#[utoipa::path(
    post, path = "/projects/{id}/restore", tag = "projects", operation_id = "restore_project",
    params(ProjectPath, ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    request_body = Option<RestoreRequest>,
    responses(
        (status = 200, body = RestoredProject, headers(("ETag" = String))),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub(crate) async fn restore_project(
    State(app): State<App>,
    ctx: Ctx,
    path: ProjectPath,
    if_match: IfMatch,
    line: RequestLine,
    body: OptionalBody<RestoreRequest>,
) -> Result<Reply, ApiError> {
    let moment = body.value.and_then(|body| body.as_of);
    let _place = match moment {
        Some(_) => Some(app.look_backs.take(ctx.user).await?),
        None => None,
    };
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let user = write.ctx.user;
    let now = store::find_any(write.tx(), user, path.id)
        .await?
        .ok_or(ApiError::NotFound("Project"))?;
    if_match.check("project", now.version)?;
    let mut then = Project {
        deleted_at: None,
        ..now.clone()
    };
    let mut tasks = Vec::new();
    if let Some(moment) = moment {
        let ctx = write.ctx.clone();
        let past = moment.past(write.tx(), &ctx, "as_of").await?;
        write.ctx.cause = Some(Cause::Restore {
            seq: past.seq.unsigned_abs(),
        });
        then = at::project(write.tx(), user, path.id, past.seq)
            .await?
            .filter(|then| then.deleted_at.is_none())
            .ok_or_else(|| {
                ApiError::invalid("as_of", "The project was not there at that moment")
            })?;
        tasks = at::tasks(write.tx(), user, past.seq).await?;
        tasks.retain(|task| task.project_id == Some(path.id) && task.deleted_at.is_none());
    }
    let back = Project {
        version: now.version,
        updated_at: now.updated_at,
        ..then
    };
    let project = change::save(&mut write, now, back).await?;
    let restored = RestoredProject {
        skipped: return_all(&mut write, tasks).await?,
        project,
    };
    let reply = Reply::json(StatusCode::OK, &restored)?.etag(restored.project.version);
    write.commit(reply).await
}

async fn return_all(write: &mut Write, mut then: Vec<Task>) -> Result<Vec<SkippedTask>, ApiError> {
    // A part needs its whole.
    then.sort_by_key(|task| task.parent_id.is_some());
    let mut skipped = Vec::new();
    for then in then {
        let (id, title) = (then.id, then.title.clone());
        match return_one(write, then).await {
            Ok(()) => {}
            // Something else is in its way, and in nobody else's. Nothing of it is written.
            Err(ApiError::Conflict(reason) | ApiError::Invalid { detail: reason, .. }) => {
                skipped.push(SkippedTask { id, title, reason });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(skipped)
}

async fn return_one(write: &mut Write, then: Task) -> Result<(), ApiError> {
    let now = task::change::find_any(write, then.id, IfMatch::default()).await?;
    task::change::return_to(write, now, then).await?;
    Ok(())
}
