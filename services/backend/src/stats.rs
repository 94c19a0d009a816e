//! `GET /stats`

use axum::{Json, extract::State};
use jiff::{ToSpan, tz::TimeZone};
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{app::App, ctx::Ctx, error::ApiError};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Stats {
    total: i64,
    open: i64,
    completed: i64,
    overdue: i64,
    /// Open and due before the end of today, in the user's zone; the overdue ones, too.
    due_today: i64,
    /// Open tasks by priority, from none to urgent.
    open_by_priority: Vec<i64>,
    /// Completed a day, in the user's zone, for the last 7 days, today last.
    completed_last_7_days: Vec<i64>,
}

/// Counts, as seen from the user's zone.
#[utoipa::path(
    get, path = "/stats", tag = "profile", operation_id = "get_stats",
    responses((status = 200, body = Stats))
)]
pub(crate) async fn get_stats(State(app): State<App>, ctx: Ctx) -> Result<Json<Stats>, ApiError> {
    let mut db = app.pool.acquire().await?;
    let time_zone = sqlx::query_scalar!(
        "select time_zone from taskflow.profiles where user_id = $1",
        ctx.user.0,
    )
    .fetch_optional(&mut *db)
    .await?
    .ok_or(ApiError::Access(auth::Rejection::Unauthorized))?;
    let days = last_days(
        &ctx,
        &events::find_zone(&time_zone).unwrap_or(TimeZone::UTC),
    )?;
    let row = sqlx::query!(
        r#"with mine as (
               select priority, due_at, completed_at from taskflow.tasks
               where user_id = $1 and deleted_at is null
           )
           select count(*) as "total!",
                  count(*) filter (where completed_at is null) as "open!",
                  count(*) filter (where completed_at is not null) as "completed!",
                  count(*) filter (where completed_at is null and due_at < $2) as "overdue!",
                  count(*) filter (where completed_at is null and due_at < $3) as "due_today!",
                  array(select (select count(*) from mine where completed_at is null and priority = level)
                        from generate_series(0, 4) as level order by level) as "by_priority!",
                  array(select (select count(*) from mine where completed_at >= day.start and completed_at < day.until)
                        from unnest($4::timestamptz[], $5::timestamptz[]) with ordinality as day (start, until, n)
                        order by n) as "by_day!"
           from mine"#,
        ctx.user.0,
        ctx.now.to_sqlx(),
        days.last().copied().map(ToSqlx::to_sqlx),
        &days[..7].iter().copied().map(ToSqlx::to_sqlx).collect::<Vec<_>>() as _,
        &days[1..].iter().copied().map(ToSqlx::to_sqlx).collect::<Vec<_>>() as _,
    )
    .fetch_one(&mut *db)
    .await?;
    Ok(Json(Stats {
        total: row.total,
        open: row.open,
        completed: row.completed,
        overdue: row.overdue,
        due_today: row.due_today,
        open_by_priority: row.by_priority,
        completed_last_7_days: row.by_day,
    }))
}

/// The beginnings of the last 7 days and of tomorrow.
fn last_days(ctx: &Ctx, zone: &TimeZone) -> Result<Vec<jiff::Timestamp>, ApiError> {
    let today = ctx.now.to_zoned(zone.clone()).date();
    (-6..=1)
        .map(|offset| today.saturating_add(offset.days()).to_zoned(zone.clone()))
        .map(|start| start.map(|start| start.timestamp()))
        .collect::<Result<_, _>>()
        .map_err(|error| ApiError::Internal(error.into()))
}
