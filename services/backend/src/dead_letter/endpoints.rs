//! `/admin/dead-letters`

use axum::{Json, extract::State};
use base64::{Engine, prelude::BASE64_STANDARD};
use events::Topic;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    settle::{self, Dropped, Replayed},
    store::{self, Filter, HistoryRow, LetterRow},
};
use crate::{
    app::App,
    error::{ApiError, Problem},
    http::{admin::Admin, body::Body, path::LetterPath, query::Query, reply::Reply},
};

/// Of a page, and of a replay in one request.
const MOST: usize = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LetterParams {
    /// The topic that the message was first published to.
    #[serde(default)]
    topic: Option<String>,
    #[serde(default)]
    event_type: Option<String>,
    #[serde(default)]
    user_id: Option<Uuid>,
    /// `waiting`, `replayed` or `dropped`.
    #[serde(default)]
    #[param(inline)]
    state: Option<store::State>,
    /// `next_cursor` of the page before.
    #[serde(default)]
    cursor: Option<Uuid>,
    /// 1 to 200; 50 if absent.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// A message that no handler could take.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetter {
    id: Uuid,
    topic: String,
    event_id: Option<Uuid>,
    event_type: Option<String>,
    user_id: Option<Uuid>,
    /// The app that refused it last, if it could say so.
    handler: Option<String>,
    cause: String,
    #[schema(inline)]
    state: store::State,
    /// Length of the payload.
    bytes: i32,
    received_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetterPage {
    /// Newest first.
    items: Vec<DeadLetter>,
    /// Ask again with this for what follows; null at the end.
    next_cursor: Option<Uuid>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetterDetail {
    #[serde(flatten)]
    letter: DeadLetter,
    payload: Payload,
    /// Oldest first.
    history: Vec<DeadLetterFact>,
}

/// The message as it lies on its topic: text if it is UTF-8.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Payload {
    Text(String),
    Base64(String),
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetterFact {
    at: Timestamp,
    /// `failed`, `replayed` or `dropped`.
    what: String,
    /// The cause of a failure, the reason of a drop.
    why: Option<String>,
    /// The handler, an administrator's id, or `command`.
    by: Option<String>,
}

/// Either `ids` or `all`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayRequest {
    /// 1 to 200.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 200)]
    ids: Option<Vec<Uuid>>,
    /// The oldest 200 that wait.
    #[serde(default)]
    all: bool,
    /// With `all`: only of this topic.
    #[serde(default)]
    topic: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplayReport {
    /// In the order of the request; with `all`, oldest first.
    results: Vec<ReplayResult>,
    /// Letters that still wait, of the topic if one was given.
    waiting: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplayResult {
    id: Uuid,
    /// `replayed`, `not_found`, `not_waiting`, or `failed`: then it still waits.
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DropRequest {
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// What no handler could take.
#[utoipa::path(
    get, path = "/dead-letters", tag = "admin", operation_id = "list_dead_letters",
    params(LetterParams),
    responses((status = 200, body = DeadLetterPage), (status = 422, body = Problem))
)]
pub(crate) async fn list_dead_letters(
    State(app): State<App>,
    _: Admin,
    Query(params): Query<LetterParams>,
) -> Result<Json<DeadLetterPage>, ApiError> {
    let limit = params.limit.unwrap_or(50);
    if !(1..=MOST).contains(&limit) {
        return Err(ApiError::invalid(
            "limit",
            "`limit` must lie between 1 and 200",
        ));
    }
    if params
        .event_type
        .as_ref()
        .is_some_and(|name| name.contains('\0'))
    {
        return Err(ApiError::invalid(
            "event_type",
            "`event_type` must not contain U+0000",
        ));
    }
    let filter = Filter {
        topic: topic(params.topic.as_deref())?,
        event_type: params.event_type.as_deref(),
        user: params.user_id,
        state: params.state.map(store::State::name),
        before: params.cursor,
    };
    // One more than asked for tells whether anything follows.
    let wanted = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let rows = store::list(&app.pool, &filter, wanted).await?;
    let more = rows.len() > limit;
    let items: Vec<_> = rows.into_iter().take(limit).map(DeadLetter::from).collect();
    let next_cursor = items.last().map(|last| last.id).filter(|_| more);
    Ok(Json(DeadLetterPage { items, next_cursor }))
}

/// A letter with its payload and what has become of it.
#[utoipa::path(
    get, path = "/dead-letters/{id}", tag = "admin", operation_id = "get_dead_letter",
    params(LetterPath),
    responses((status = 200, body = DeadLetterDetail), (status = 404, body = Problem))
)]
pub(crate) async fn get_dead_letter(
    State(app): State<App>,
    _: Admin,
    path: LetterPath,
) -> Result<Json<DeadLetterDetail>, ApiError> {
    let found = store::find(&app.pool, path.id).await?.ok_or(UNKNOWN)?;
    Ok(Json(DeadLetterDetail {
        letter: found.letter.into(),
        payload: String::from_utf8(found.payload).map_or_else(
            |error| Payload::Base64(BASE64_STANDARD.encode(error.as_bytes())),
            Payload::Text,
        ),
        history: found
            .history
            .into_iter()
            .map(DeadLetterFact::from)
            .collect(),
    }))
}

/// Publishes letters again, each on the topic it came from. It takes no Idempotency-Key: sent
/// again, it finds those that were published waiting no more.
#[utoipa::path(
    post, path = "/dead-letters/replay", tag = "admin", operation_id = "replay_dead_letters",
    request_body = ReplayRequest,
    responses((status = 200, body = ReplayReport), (status = 422, body = Problem))
)]
pub(crate) async fn replay_dead_letters(
    State(app): State<App>,
    admin: Admin,
    body: Body<ReplayRequest>,
) -> Result<Json<ReplayReport>, ApiError> {
    let request = body.value;
    let topic = topic(request.topic.as_deref())?;
    let ids = match request.ids {
        Some(_) if request.all => {
            return Err(ApiError::invalid("all", "Send either `ids` or `all`"));
        }
        Some(_) if topic.is_some() => {
            return Err(ApiError::invalid("topic", "`topic` goes with `all`"));
        }
        Some(ids) if !(1..=MOST).contains(&ids.len()) => {
            return Err(ApiError::invalid("ids", "`ids` must hold 1 to 200 ids"));
        }
        Some(ids) => ids,
        None if request.all => {
            let most = i64::try_from(MOST).unwrap_or(i64::MAX);
            store::waiting(&app.pool, topic, Some(most)).await?
        }
        None => return Err(ApiError::invalid("ids", "Send either `ids` or `all`")),
    };
    let by = admin.user.to_string();
    let results = replay_each(&app, ids, &by).await?;
    let waiting = store::count_waiting(&app.pool, topic).await?;
    Ok(Json(ReplayReport { results, waiting }))
}

/// Gives a letter up. It takes no Idempotency-Key: sent again, it is told 409.
#[utoipa::path(
    post, path = "/dead-letters/{id}/drop", tag = "admin", operation_id = "drop_dead_letter",
    params(LetterPath), request_body = DropRequest,
    responses(
        (status = 204), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)
    )
)]
pub(crate) async fn drop_dead_letter(
    State(app): State<App>,
    admin: Admin,
    path: LetterPath,
    body: Body<DropRequest>,
) -> Result<Reply, ApiError> {
    let reason = &body.value.reason;
    settle::check_reason(reason).map_err(|detail| ApiError::invalid("reason", detail))?;
    match settle::drop(&app.pool, path.id, reason, &admin.user.to_string()).await? {
        Dropped::Done => Ok(Reply::no_content()),
        Dropped::Unknown => Err(UNKNOWN),
        Dropped::Settled(state) => {
            let detail = format!("The dead letter is {} already", state.name());
            Err(ApiError::Conflict(detail))
        }
    }
}

const UNKNOWN: ApiError = ApiError::NotFound("Dead letter");

fn topic(name: Option<&str>) -> Result<Option<Topic>, ApiError> {
    name.map(|name| {
        let unknown = || ApiError::invalid("topic", format!("There is no topic `{name}`"));
        Topic::from_name(name).ok_or_else(unknown)
    })
    .transpose()
}

/// One after the other; when publishing fails, the rest would only wait in vain.
async fn replay_each(app: &App, ids: Vec<Uuid>, by: &str) -> Result<Vec<ReplayResult>, ApiError> {
    let mut results = Vec::with_capacity(ids.len());
    let mut broken = false;
    for id in ids {
        let (outcome, detail) = if broken {
            (
                "failed",
                Some("not tried: the one before failed".to_owned()),
            )
        } else {
            match settle::replay(&app.pool, &app.sidecar, id, by).await? {
                Replayed::Published => ("replayed", None),
                Replayed::Unknown => ("not_found", None),
                Replayed::Settled(state) => {
                    ("not_waiting", Some(format!("it is {}", state.name())))
                }
                Replayed::Failed(error) => {
                    tracing::warn!(letter.id = %id, error = %error, "could not replay a dead letter");
                    broken = true;
                    ("failed", Some(error.to_string()))
                }
            }
        };
        results.push(ReplayResult {
            id,
            outcome,
            detail,
        });
    }
    Ok(results)
}

impl From<LetterRow> for DeadLetter {
    fn from(row: LetterRow) -> Self {
        Self {
            id: row.id,
            topic: row.topic,
            event_id: row.event_id,
            event_type: row.event_type,
            user_id: row.user_id,
            handler: row.handler,
            cause: row.cause,
            state: row.state,
            bytes: row.bytes,
            received_at: row.received_at.to_jiff(),
        }
    }
}

impl From<HistoryRow> for DeadLetterFact {
    fn from(row: HistoryRow) -> Self {
        Self {
            at: row.at.to_jiff(),
            what: row.what,
            why: row.why,
            by: row.by,
        }
    }
}
