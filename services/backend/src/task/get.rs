//! `GET /tasks/{id}`

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{model::Task, store};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    event::moment::Moment,
    http::{path::TaskPath, query::Query, reply::Reply},
    projection,
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetParams {
    /// Show the task even if it was deleted.
    #[serde(default)]
    include_deleted: bool,
    /// The task as it was at an instant, or after the event with this `seq`; without an ETag.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    as_of: Option<Moment>,
}

/// One task.
#[utoipa::path(
    get, path = "/tasks/{id}", tag = "tasks", operation_id = "get_task",
    params(TaskPath, GetParams),
    responses(
        (status = 200, body = Task, headers(("ETag" = String))),
        (status = 404, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn get_task(
    State(app): State<App>,
    ctx: Ctx,
    path: TaskPath,
    Query(params): Query<GetParams>,
) -> Result<Reply, ApiError> {
    let mut db = app.pool.acquire().await?;
    let mut task = store::find(&mut db, ctx.user, path.id).await?;
    if let (Some(known), Some(moment)) = (&task, params.as_of) {
        let past = moment.past(&mut db, &ctx, "as_of").await?;
        task = projection::at::task(&mut db, ctx.user, known.id, past.seq).await?;
    }
    let task = task
        .filter(|task| params.include_deleted || task.deleted_at.is_none())
        .ok_or(ApiError::NotFound("Task"))?;
    let reply = Reply::json(StatusCode::OK, &task)?;
    // What was is no state that a write could begin from.
    Ok(match params.as_of {
        Some(_) => reply,
        None => reply.tagged(task.etag()),
    })
}
