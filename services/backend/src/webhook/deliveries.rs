//! `GET /webhooks/{id}/deliveries`

use axum::{Json, extract::State};
use events::{UserId, WebhookId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::store;
use crate::{
    app::App,
    error::{ApiError, Problem},
    http::{
        path::WebhookPath,
        query::{self, Query},
        session::Session,
    },
    reminder::progress::{Attempt, Outcome},
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveryParams {
    /// From this event on.
    #[serde(default)]
    from_seq: Option<u32>,
    /// Up to this event, which still belongs to it.
    #[serde(default)]
    to_seq: Option<u32>,
    /// 1 to 200; 50 if absent.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[serde(default)]
    cursor: Option<i64>,
}

/// One attempt to deliver one event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookDelivery {
    event_id: Uuid,
    event_type: String,
    /// Null of a test.
    seq: Option<i64>,
    /// 1 for the first.
    attempt: i32,
    at: Timestamp,
    /// `accepted`, `failed` or `unknown`.
    outcome: String,
    /// Of HTTP; null when there was no answer.
    status: Option<i32>,
    latency_ms: i32,
    why: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryPage {
    /// Newest first.
    items: Vec<WebhookDelivery>,
    /// Ask again with this for those before; null at the end.
    next_cursor: Option<i64>,
}

/// What became of what was sent to a webhook, newest first. Kept for 30 days.
#[utoipa::path(
    get, path = "/webhooks/{id}/deliveries", tag = "webhooks",
    operation_id = "list_webhook_deliveries",
    params(WebhookPath, DeliveryParams),
    responses(
        (status = 200, body = DeliveryPage), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn list_webhook_deliveries(
    State(app): State<App>,
    Session(ctx): Session,
    path: WebhookPath,
    Query(params): Query<DeliveryParams>,
) -> Result<Json<DeliveryPage>, ApiError> {
    let limit = query::limit(params.limit, 50, 200)?;
    let mut db = app.pool.acquire().await?;
    let webhook = store::find(&mut db, ctx.user, path.id.0).await?;
    let webhook = webhook.ok_or(ApiError::NotFound("Webhook"))?;
    let mut rows = sqlx::query!(
        r#"select id, event_id, event_type, seq, attempt, at as "at: jiff_sqlx::Timestamp",
                  outcome, status, latency_ms, why
           from taskflow.webhook_attempts
           where user_id = $1 and webhook_id = $2
             and ($3::bigint is null or seq >= $3) and ($4::bigint is null or seq <= $4)
             and ($5::bigint is null or id < $5)
           order by id desc limit $6"#,
        ctx.user.0,
        webhook.id.0,
        params.from_seq.map(i64::from),
        params.to_seq.map(i64::from),
        params.cursor,
        limit + 1,
    )
    .fetch_all(&mut *db)
    .await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| more).map(|row| row.id);
    let items = rows.into_iter().map(|row| WebhookDelivery {
        event_id: row.event_id,
        event_type: row.event_type,
        seq: row.seq,
        attempt: row.attempt,
        at: row.at.to_jiff(),
        outcome: row.outcome,
        status: row.status,
        latency_ms: row.latency_ms,
        why: row.why,
    });
    Ok(Json(DeliveryPage {
        items: items.collect(),
        next_cursor,
    }))
}

/// Those of the events of which an attempt has an unknown outcome.
pub(super) async fn in_doubt(
    db: &mut PgConnection,
    user: UserId,
    webhook: WebhookId,
    events: &[Uuid],
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select event_id from taskflow.webhook_attempts
         where user_id = $1 and webhook_id = $2 and event_id = any($3) and outcome = 'unknown'",
        user.0,
        webhook.0,
        events,
    )
    .fetch_all(db)
    .await
}

/// Takes down one attempt; an event without a `seq` is a test.
pub(super) async fn insert(
    db: &mut PgConnection,
    user: UserId,
    webhook: WebhookId,
    event_id: Uuid,
    seq: Option<i64>,
    attempt: &Attempt,
    now: Timestamp,
) -> sqlx::Result<()> {
    let outcome = match attempt.outcome {
        Outcome::Accepted => "accepted",
        Outcome::FailedRetry | Outcome::FailedForGood => "failed",
        Outcome::Unknown => "unknown",
    };
    sqlx::query!(
        "insert into taskflow.webhook_attempts
            (user_id, webhook_id, event_id, event_type, seq, attempt, at, outcome, status,
             latency_ms, why)
         select $1, $2, $3,
                coalesce((select event_type from taskflow.events where user_id = $1 and seq = $4),
                         'webhook.test'),
                $4,
                1 + (select count(*)::int from taskflow.webhook_attempts
                     where user_id = $1 and webhook_id = $2 and event_id = $3),
                $5, $6, $7, $8, $9",
        user.0,
        webhook.0,
        event_id,
        seq,
        now.to_sqlx(),
        outcome,
        attempt.status.and_then(|status| i32::try_from(status).ok()),
        i32::try_from(attempt.latency_ms).unwrap_or(i32::MAX),
        attempt.why,
    )
    .execute(db)
    .await?;
    Ok(())
}
