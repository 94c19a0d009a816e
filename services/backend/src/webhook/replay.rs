//! `POST /webhooks/{id}/replay` and `/test`

use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{claim, store};
use crate::{
    app::App,
    error::{ApiError, Problem},
    http::{
        body::Body, path::WebhookPath, precondition::RequestLine, reply::Reply, session::Session,
    },
    write::{Begun, Write},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replay {
    /// The `seq` after which everything that the webhook wants is sent again.
    after: u32,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TestStarted {
    /// The `webhook-id` of the message, and its `event_id` among the deliveries.
    event_id: Uuid,
}

/// Sends a webhook events again, with the same ids, from a cursor on.
#[utoipa::path(
    post, path = "/webhooks/{id}/replay", tag = "webhooks", operation_id = "replay_webhook",
    params(WebhookPath, ("Idempotency-Key" = Option<String>, Header)),
    request_body = Replay,
    responses(
        (status = 202), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn replay_webhook(
    State(app): State<App>,
    Session(ctx): Session,
    path: WebhookPath,
    line: RequestLine,
    body: Body<Replay>,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let (user, now) = (write.ctx.user, write.clock);
    let found = store::find(write.tx(), user, path.id.0).await?;
    let mut webhook = found.ok_or(ApiError::NotFound("Webhook"))?;
    if !webhook.active {
        return Err(ApiError::Conflict(
            "The webhook is off; switch it on first".to_owned(),
        ));
    }
    let after = i64::from(body.value.after);
    let head = write.seq;
    if after > head {
        let detail = format!("`after` is ahead of the newest event, {head}");
        return Err(ApiError::invalid("after", detail));
    }
    // Whoever is delivering now has another cursor in mind, and loses the claim.
    claim::take_back(write.tx(), user, &mut webhook, now).await?;
    webhook.cursor = after;
    store::update(write.tx(), user, &webhook, Some(now)).await?;
    let reply = Reply {
        status: StatusCode::ACCEPTED,
        ..Reply::no_content()
    };
    write.commit(reply).await
}

/// Sends a message of the type `webhook.test`, even to a webhook that is off. What came of it is
/// among the deliveries.
#[utoipa::path(
    post, path = "/webhooks/{id}/test", tag = "webhooks", operation_id = "test_webhook",
    params(WebhookPath, ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 202, body = TestStarted), (status = 403, body = Problem),
        (status = 404, body = Problem),
    )
)]
pub(crate) async fn test_webhook(
    State(app): State<App>,
    Session(ctx): Session,
    path: WebhookPath,
    line: RequestLine,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key_without_body()?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let (user, now) = (write.ctx.user, write.clock);
    let found = store::find(write.tx(), user, path.id.0).await?;
    let mut webhook = found.ok_or(ApiError::NotFound("Webhook"))?;
    let event_id = Uuid::now_v7();
    webhook.test_id = Some(event_id);
    let wake_at = webhook.lease_until.map_or(now, |until| until.max(now));
    store::update(write.tx(), user, &webhook, Some(wake_at)).await?;
    let reply = Reply::json(StatusCode::ACCEPTED, &TestStarted { event_id })?;
    write.commit(reply).await
}
