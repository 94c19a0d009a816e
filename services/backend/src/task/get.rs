//! `GET /tasks/{id}`

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{model::Task, store};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{path::TaskPath, query::Query, reply::Reply},
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetParams {
    /// Show the task even if it was deleted.
    #[serde(default)]
    include_deleted: bool,
}

/// One task.
#[utoipa::path(
    get, path = "/tasks/{id}", tag = "tasks", operation_id = "get_task",
    params(TaskPath, GetParams),
    responses((status = 200, body = Task, headers(("ETag" = String))), (status = 404, body = Problem))
)]
pub(crate) async fn get_task(
    State(app): State<App>,
    ctx: Ctx,
    path: TaskPath,
    Query(params): Query<GetParams>,
) -> Result<Reply, ApiError> {
    let mut db = app.pool.acquire().await?;
    let task = store::find(&mut db, ctx.user, path.id)
        .await?
        .filter(|task| params.include_deleted || task.deleted_at.is_none())
        .ok_or(ApiError::NotFound("Task"))?;
    Ok(Reply::json(StatusCode::OK, &task)?.etag(task.version))
}
