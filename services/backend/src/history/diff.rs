//! `GET /tasks/{id}/diff`

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::changes::{self, FieldChange};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    event::{log, moment::Moment},
    http::{path::TaskPath, query::Query},
    projection,
    task::{model::Task, store},
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DiffParams {
    /// An instant, or the `seq` of an event.
    #[param(value_type = String)]
    from: Moment,
    /// Now, if absent.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    to: Option<Moment>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskDiff {
    /// Of the last event before the difference.
    from_seq: i64,
    /// Of the last event that belongs to it.
    to_seq: i64,
    /// Of a task that did not exist at `from`, every field that had a value at `to`.
    changes: Vec<FieldChange>,
}

/// What became of a task between two moments.
#[utoipa::path(
    get, path = "/tasks/{id}/diff", tag = "history", operation_id = "get_task_diff",
    params(TaskPath, DiffParams),
    responses(
        (status = 200, body = TaskDiff), (status = 404, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn get_task_diff(
    State(app): State<App>,
    ctx: Ctx,
    path: TaskPath,
    Query(params): Query<DiffParams>,
) -> Result<Json<TaskDiff>, ApiError> {
    let mut db = app.pool.acquire().await?;
    let task = store::find(&mut db, ctx.user, path.id).await?;
    let task = task.ok_or(ApiError::NotFound("Task"))?;
    let from_seq = params.from.past(&mut db, &ctx, "from").await?.seq;
    let to_seq = match params.to {
        Some(moment) => moment.past(&mut db, &ctx, "to").await?.seq,
        None => log::head(&mut db, ctx.user).await?.unwrap_or(from_seq),
    };
    if from_seq > to_seq {
        return Err(ApiError::invalid("from", "`from` must not lie after `to`"));
    }
    let before = projection::at::task(&mut db, ctx.user, task.id, from_seq).await?;
    let after = projection::at::task(&mut db, ctx.user, task.id, to_seq).await?;
    let after = after.ok_or(ApiError::NotFound("Task"))?;
    let before = before.as_ref().map_or(Ok(NOTHING.to_owned()), fields);
    let changes = changes::between(&before?, &fields(&after)?);
    Ok(Json(TaskDiff {
        from_seq,
        to_seq,
        changes: changes.map_err(|error| ApiError::Internal(error.into()))?,
    }))
}

/// A state without fields.
const NOTHING: &str = "{}";

/// What a person can change, as JSON.
fn fields(task: &Task) -> Result<String, ApiError> {
    let state = serde_json::to_value(task.state());
    let mut fields = state.map_err(|error| ApiError::Internal(error.into()))?;
    if let Some(deleted_at) = task.deleted_at {
        fields["deleted_at"] = deleted_at.to_string().into();
    }
    Ok(fields.to_string())
}
