//! `GET /history` and `GET /tasks/{id}/history`

use axum::{Json, extract::State};
use events::Event;
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    changes::{self, FieldChange},
    entry::HistoryEntry,
    filter::{HistoryParams, Row},
    names::{self, Names},
};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{path::TaskPath, query::Query},
    task::store,
    undo::undone::Undone,
};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryPage {
    /// Newest first.
    items: Vec<HistoryEntry>,
    /// Ask again with this for what happened before; null at the end.
    next_cursor: Option<i64>,
}

/// Everything that happened, newest first.
#[utoipa::path(
    get, path = "/history", tag = "history", operation_id = "list_history",
    params(HistoryParams),
    responses((status = 200, body = HistoryPage), (status = 422, body = Problem))
)]
pub(crate) async fn list_history(
    State(app): State<App>,
    ctx: Ctx,
    Query(params): Query<HistoryParams>,
) -> Result<Json<HistoryPage>, ApiError> {
    let mut db = app.pool.acquire().await?;
    Ok(Json(page(&mut db, &ctx, &params, None).await?))
}

/// Everything that happened to a task, deleted or not, newest first.
#[utoipa::path(
    get, path = "/tasks/{id}/history", tag = "history", operation_id = "get_task_history",
    params(TaskPath, HistoryParams),
    responses(
        (status = 200, body = HistoryPage), (status = 404, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn get_task_history(
    State(app): State<App>,
    ctx: Ctx,
    path: TaskPath,
    Query(params): Query<HistoryParams>,
) -> Result<Json<HistoryPage>, ApiError> {
    let mut db = app.pool.acquire().await?;
    let task = store::find(&mut db, ctx.user, path.id).await?;
    let task = task.ok_or(ApiError::NotFound("Task"))?;
    Ok(Json(page(&mut db, &ctx, &params, Some(task.id.0)).await?))
}

async fn page(
    db: &mut PgConnection,
    ctx: &Ctx,
    params: &HistoryParams,
    aggregate: Option<Uuid>,
) -> Result<HistoryPage, ApiError> {
    let limit = usize::try_from(params.limit()?).unwrap_or(usize::MAX);
    let mut rows = params.rows(db, ctx.user, aggregate).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| more).map(|row| row.event.seq);
    let any_undone = rows.first().is_some_and(|row| row.any_undone);
    let oldest = names::oldest(&rows);
    let told = rows.into_iter().map(tell);
    let told = async { told.collect::<anyhow::Result<Vec<_>>>() };
    // While Postgres looks for the names, the events are read and told.
    let (names, told) = tokio::join!(Names::read(db, ctx.user, oldest), told);
    let (names, told) = (names?, told.map_err(ApiError::Internal)?);
    let undone = if any_undone {
        Undone::read(db, ctx.user).await?
    } else {
        Undone::default()
    };
    let items = told
        .into_iter()
        .map(|(event, changes)| HistoryEntry::new(event, changes, &names, &undone))
        .collect();
    Ok(HistoryPage { items, next_cursor })
}

/// An event, and what it did.
fn tell(row: Row) -> anyhow::Result<(Event, Vec<FieldChange>)> {
    let event = Event::try_from(row.event)?;
    let changes = changes::of(&event.payload)?;
    Ok((event, changes))
}
