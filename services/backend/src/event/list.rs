//! `GET /events`: the cursor for programs, and for browsers that cannot hold a socket.

use axum::{Json, extract::State};
use events::{Cause, Event, Payload};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{
    json,
    value::{RawValue, to_raw_value},
};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::log::{self, EventRow};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::query::{self, Query},
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventParams {
    /// The last `seq` that you have; 0, the default, asks from the beginning.
    #[serde(default)]
    after: u32,
    /// 1 to 500; 100 if absent. Fewer come when they are large, also where more follow.
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

/// The user's events after a cursor. One that this version of the server cannot read comes as it
/// was written, with the reason in `unreadable`: whoever goes by the cursor gets past it.
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
    let limit = query::limit(params.limit, 100, 500)?;
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
    let page = log::after(&mut db, ctx.user, after, limit, &params.r#type).await?;
    let last = page.rows.last().map_or(after, |row| row.seq);
    let items = page.rows.iter().map(envelope).collect::<Result<_, _>>()?;
    Ok(Json(EventPage {
        items,
        // A filter may have passed over events; they need not be looked at again.
        next_after: if page.is_last { last.max(head) } else { last },
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

fn envelope(row: &EventRow) -> Result<Box<RawValue>, ApiError> {
    let read = Event::try_from(row.clone()).map_err(|error| error.to_string());
    let written = read.and_then(|event| event.encode().map_err(|error| error.to_string()));
    match written {
        Ok(bytes) => serde_json::from_slice(&bytes),
        Err(why) => carried(row, &why),
    }
    .map_err(|error| ApiError::Internal(error.into()))
}

/// The envelope of an event that cannot be read, with what was written in its place.
#[derive(Serialize)]
struct Carried<'a> {
    event_id: Uuid,
    event_type: &'a str,
    user_id: Uuid,
    timestamp: Timestamp,
    aggregate_id: Uuid,
    version: i64,
    seq: i64,
    schema: i32,
    correlation_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    causation_id: Option<Uuid>,
    actor: serde_json::Value,
    change_set_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a Cause>,
    data: Box<RawValue>,
    unreadable: &'a str,
}

fn carried(row: &EventRow, why: &str) -> serde_json::Result<Box<RawValue>> {
    tracing::warn!(event.id = %row.event_id, why, "carrying an event that cannot be read");
    to_raw_value(&Carried {
        event_id: row.event_id,
        event_type: &row.event_type,
        user_id: row.user_id,
        timestamp: row.created_at.to_jiff(),
        aggregate_id: row.aggregate_id,
        version: row.version,
        seq: row.seq,
        schema: row.schema,
        correlation_id: &row.correlation_id,
        causation_id: row.causation_id,
        actor: json!({"kind": row.actor_kind, "id": row.actor_id, "token_id": row.token_id}),
        change_set_id: row.change_set_id,
        cause: row.cause.as_deref(),
        data: RawValue::from_string(row.data.clone())?,
        unreadable: why,
    })
}
