//! `GET /calendar.ics`

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{feed, store};
use crate::{
    app::App,
    error::{ApiError, Problem},
    home,
    http::query::Query,
    token::verify,
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CalendarParams {
    /// An API token of the scope `calendar`, which opens nothing else; calendar programs cannot
    /// send headers. Revoke it to close the feed.
    #[serde(default)]
    #[param(required = true)]
    token: String,
}

/// The open tasks that are due as an iCalendar (RFC 5545), one event each, with what series will
/// bring within three months: the soonest 1,000 tasks, and 4,000 occurrences to come. Descriptions
/// end after 2 MiB.
#[utoipa::path(
    get, path = "/calendar.ics", tag = "calendar", operation_id = "get_calendar", security(()),
    params(CalendarParams),
    responses(
        (status = 200, content_type = "text/calendar", body = String),
        (status = 401, body = Problem), (status = 429, body = Problem),
    )
)]
pub(crate) async fn get_calendar(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    query: Query<CalendarParams>,
) -> Result<Response, ApiError> {
    app.limits.check_address(&headers, peer.ip())?;
    let now = telemetry::clock::now();
    let user = verify::for_calendar(&app.pool, &query.0.token, now)
        .await?
        .ok_or(auth::Rejection::Unauthorized)?;
    app.limits.check_user(user)?;
    let mut db = app.pool.acquire().await?;
    let home = home::zone(&mut db, user).await?;
    let tasks = store::open_with_due(&mut db, user, now).await?;
    drop(db);
    // Much of it, for somebody with many series.
    let calendar = tokio::task::spawn_blocking(move || feed::write(&tasks, now, &home))
        .await
        .map_err(|error| ApiError::Internal(error.into()))?;
    Ok((
        [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")],
        calendar,
    )
        .into_response())
}
