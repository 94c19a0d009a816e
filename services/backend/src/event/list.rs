//! `GET /events`: the cursor for programs, and for browsers that cannot hold a socket.

use axum::{Json, extract::State};
use events::{Event, Payload};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::log;
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::query::Query,
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventParams {
    /// The last `seq` that you have; 0, the default, asks from the beginning.
    #[serde(default)]
    after: u32,
    /// 1 to 500; 100 if absent.
    #[serde(default)]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
    /// May be repeated: only these event types.
    #[serde(default)]
    r#type: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventPage {
    /// The envelopes, oldest first (`proto/events.schema.json`).
    #[schema(value_type = Vec<Object>)]
    items: Vec<Box<RawValue>>,
    /// Ask again after this; with nothing new it is what you sent.
    next_after: i64,
    /// The newest `seq` there is.
    head: i64,
}

/// The user's events after a cursor.
#[utoipa::path(
    get, path = "/events", tag = "events", operation_id = "list_events",
    params(EventParams),
    responses((status = 200, body = EventPage), (status = 422, body = Problem))
)]
pub(crate) async fn list_events(
    State(app): State<App>,
    ctx: Ctx,
    Query(params): Query<EventParams>,
) -> Result<Json<EventPage>, ApiError> {
    let limit = params.limit.unwrap_or(100);
    if !(1..=500).contains(&limit) {
        return Err(ApiError::invalid(
            "limit",
            "`limit` must lie between 1 and 500",
        ));
    }
    check_types(&params.r#type)?;
    let after = i64::from(params.after);
    let mut db = app.pool.acquire().await?;
    // The head first: what is committed between the two reads is then asked for next time.
    let head = log::head(&mut db, ctx.user).await?.unwrap_or(0);
    if after > head {
        return Err(ApiError::invalid(
            "after",
            format!("`after` is ahead of the newest event, {head}; begin again from there"),
        ));
    }
    let rows = log::after(&mut db, ctx.user, after, limit, &params.r#type).await?;
    let complete = i64::try_from(rows.len()).unwrap_or(i64::MAX) < limit;
    let last = rows.last().map_or(after, |row| row.seq);
    let items = rows.into_iter().map(envelope).collect::<Result<_, _>>()?;
    Ok(Json(EventPage {
        items,
        // A filter may have passed over events; they need not be looked at again.
        next_after: if complete { last.max(head) } else { last },
        head,
    }))
}

/// Whether there are such event types.
pub(crate) fn check_types(types: &[String]) -> Result<(), ApiError> {
    for wanted in types {
        if !Payload::TYPES.iter().any(|(known, _)| known == wanted) {
            let detail = format!("There is no event type `{wanted}`");
            return Err(ApiError::invalid("type", detail));
        }
    }
    Ok(())
}

fn envelope(row: log::EventRow) -> Result<Box<RawValue>, ApiError> {
    let event = Event::try_from(row).map_err(|error| ApiError::Internal(error.into()))?;
    let bytes = event
        .encode()
        .map_err(|error| ApiError::Internal(error.into()))?;
    serde_json::from_slice(&bytes).map_err(|error| ApiError::Internal(error.into()))
}
