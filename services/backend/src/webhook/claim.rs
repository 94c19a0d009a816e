//! The next events that a webhook wants are given to whoever asks first.

use events::{Event, UserId};
use jiff::{SignedDuration, Timestamp};
use proto::v1;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    deliveries,
    store::{self, Webhook},
};
use crate::{
    app::App,
    ctx::Ctx,
    database,
    error::ApiError,
    event::log::{self, EventRow},
    reminder::progress::{Attempt, Outcome},
};

/// How long a claim holds: some requests that hang, one after the other.
const LEASE: SignedDuration = SignedDuration::from_secs(90);

/// Of one claim.
const MAX_EVENTS: i64 = 100;
const MAX_BYTES: usize = 256 * 1024;

/// What is to be delivered, if anything is.
pub(crate) async fn claim(
    app: &App,
    ctx: &Ctx,
    id: Uuid,
    claim_id: Uuid,
) -> Result<v1::ClaimWebhookResponse, ApiError> {
    let nothing = v1::ClaimWebhookResponse::default();
    let (user, now) = (ctx.user, ctx.now);
    let mut tx = database::begin(&app.pool).await?;
    let Some(mut webhook) = store::find(&mut tx, user, id).await? else {
        return Ok(nothing);
    };
    let is_ours = webhook.claim_id == Some(claim_id);
    if webhook.lease_until.is_some_and(|until| until > now) && !is_ours {
        return Ok(nothing);
    }
    if !is_ours {
        tell_untold(&mut tx, user, &webhook, now).await?;
    }
    // Before the events: what is committed between the two reads is asked for next time.
    let head = log::head(&mut tx, user).await?.unwrap_or(0);
    let may_run = webhook.active && webhook.retry_at.is_none_or(|at| at <= now);
    let events = match webhook.test_id {
        Some(test_id) => {
            let in_doubt = deliveries::in_doubt(&mut tx, user, webhook.id, &[test_id]).await?;
            vec![test(user, test_id, !in_doubt.is_empty(), ctx)]
        }
        None if may_run => wanted(&mut tx, user, &webhook).await?,
        None => Vec::new(),
    };
    let wake_at = if events.is_empty() {
        webhook.release();
        if may_run {
            webhook.cursor = webhook.cursor.max(head);
        }
        webhook.retry_at.filter(|_| webhook.active)
    } else {
        webhook.claim_id = Some(claim_id);
        webhook.lease_until = Some(now + LEASE);
        let last = events.last().filter(|_| webhook.test_id.is_none());
        webhook.claimed_to = last.and_then(|event| i64::try_from(event.seq).ok());
        webhook.lease_until
    };
    store::update(&mut tx, user, &webhook, wake_at).await?;
    tx.commit().await?;
    Ok(v1::ClaimWebhookResponse {
        url: webhook.url,
        secret: webhook.secret,
        events,
        lease_seconds: u32::try_from(LEASE.as_secs()).unwrap_or_default(),
    })
}

/// Ends the claim, if there is one, and forgets that the webhook failed.
pub(super) async fn take_back(
    db: &mut PgConnection,
    user: UserId,
    webhook: &mut Webhook,
    now: Timestamp,
) -> sqlx::Result<()> {
    tell_untold(db, user, webhook, now).await?;
    webhook.settle();
    Ok(())
}

/// What a claim gave out, and nobody has told of, may have arrived; takes that down.
async fn tell_untold(
    db: &mut PgConnection,
    user: UserId,
    webhook: &Webhook,
    now: Timestamp,
) -> sqlx::Result<()> {
    let given_out: Vec<(Uuid, Option<i64>)> = match (webhook.claimed_to, webhook.claim_id) {
        (Some(last), _) => {
            let types = &webhook.event_types;
            let rows = log::wanted_after(&mut *db, user, webhook.cursor, MAX_EVENTS, types).await?;
            let rows = rows.into_iter().take_while(|row| row.seq <= last);
            rows.map(|row| (row.event_id, Some(row.seq))).collect()
        }
        (None, Some(_)) => webhook.test_id.map(|id| (id, None)).into_iter().collect(),
        (None, None) => Vec::new(),
    };
    let attempt = Attempt {
        outcome: Outcome::Unknown,
        why: Some("whoever had taken it told nothing of it".to_owned()),
        retry_after: SignedDuration::ZERO,
        status: None,
        latency_ms: 0,
    };
    for (event, seq) in given_out {
        deliveries::insert(&mut *db, user, webhook.id, event, seq, &attempt, now).await?;
    }
    Ok(())
}

/// What the webhook wants of what lies behind its cursor, as far as one claim goes.
async fn wanted(
    db: &mut PgConnection,
    user: UserId,
    webhook: &Webhook,
) -> Result<Vec<v1::WebhookEvent>, ApiError> {
    let types = &webhook.event_types;
    let rows = log::wanted_after(&mut *db, user, webhook.cursor, MAX_EVENTS, types).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.event_id).collect();
    let in_doubt = deliveries::in_doubt(db, user, webhook.id, &ids).await?;
    let mut events = Vec::new();
    let mut bytes = 0;
    for row in rows {
        let (event_id, seq) = (row.event_id, row.seq.unsigned_abs());
        // What nobody can read must not hold up the rest.
        let Some(body) = encode(row) else {
            tracing::warn!(%event_id, "passed over an event that cannot be read");
            continue;
        };
        bytes += body.len();
        if bytes > MAX_BYTES && !events.is_empty() {
            break;
        }
        events.push(v1::WebhookEvent {
            event_id: event_id.to_string(),
            seq,
            body,
            may_be_twice: in_doubt.contains(&event_id),
        });
    }
    Ok(events)
}

fn encode(row: EventRow) -> Option<String> {
    let bytes = Event::try_from(row).ok()?.encode().ok()?;
    String::from_utf8(bytes).ok()
}

/// A message in the form of an event that is in no log.
fn test(user: UserId, test_id: Uuid, may_be_twice: bool, ctx: &Ctx) -> v1::WebhookEvent {
    let body = json!({
        "event_id": test_id,
        "event_type": "webhook.test",
        "user_id": user,
        "timestamp": ctx.now,
        "correlation_id": ctx.correlation_id,
        "data": {},
    });
    v1::WebhookEvent {
        event_id: test_id.to_string(),
        seq: 0,
        body: body.to_string(),
        may_be_twice,
    }
}
