//! `/webhooks`. Only a session manages them: they carry a user's tasks out of the house.

use axum::{Json, extract::State, http::StatusCode};
use base64::{Engine, prelude::BASE64_STANDARD};
use events::WebhookId;
use jiff::Timestamp;
use rand::RngExt;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    claim,
    input::{self, NewWebhook, WebhookPatch},
    store::{self, Webhook},
};
use crate::{
    app::App,
    database,
    error::{ApiError, Problem},
    http::{
        body::Body,
        path::WebhookPath,
        precondition::{RequestLine, Unversioned},
        reply::Reply,
        session::Session,
    },
    write::{Begun, Write},
};

/// A webhook as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookView {
    #[schema(value_type = uuid::Uuid)]
    id: WebhookId,
    url: String,
    /// Sorted, without duplicates.
    event_types: Vec<String>,
    active: bool,
    /// Why the server switched it off.
    off_because: Option<String>,
    created_at: Timestamp,
    /// The `seq` up to which it had everything that it wants.
    cursor: i64,
    /// How often it failed in a row.
    failures: i32,
    failing_since: Option<Timestamp>,
    /// When the next attempt is made after one that failed.
    retry_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookList {
    items: Vec<WebhookView>,
}

/// A webhook, with its secret where there is a new one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookWithSecret {
    /// `whsec_` and base64: signs what is sent (<https://www.standardwebhooks.com>). It is shown
    /// this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    #[serde(flatten)]
    webhook: WebhookView,
}

impl From<Webhook> for WebhookView {
    fn from(webhook: Webhook) -> Self {
        Self {
            id: webhook.id,
            url: webhook.url,
            event_types: webhook.event_types,
            active: webhook.active,
            off_because: webhook.off_because,
            created_at: webhook.created_at,
            cursor: webhook.cursor,
            failures: webhook.failures,
            failing_since: webhook.failing_since,
            retry_at: webhook.retry_at,
        }
    }
}

/// Your webhooks, without their secrets.
#[utoipa::path(
    get, path = "/webhooks", tag = "webhooks", operation_id = "list_webhooks",
    responses((status = 200, body = WebhookList), (status = 403, body = Problem))
)]
pub(crate) async fn list_webhooks(
    State(app): State<App>,
    Session(ctx): Session,
) -> Result<Json<WebhookList>, ApiError> {
    let mut db = app.pool.acquire().await?;
    let webhooks = store::list(&mut db, ctx.user).await?;
    let items = webhooks.into_iter().map(WebhookView::from).collect();
    Ok(Json(WebhookList { items }))
}

/// A new webhook, which gets what happens from now on, signed and in order, each event at least
/// once: what may have come before has the header `taskflow-may-be-twice: true`. Its secret is
/// shown in this answer only: therefore no Idempotency-Key is kept for it. At most 20.
#[utoipa::path(
    post, path = "/webhooks", tag = "webhooks", operation_id = "create_webhook",
    request_body = NewWebhook,
    responses(
        (status = 201, body = WebhookWithSecret), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn create_webhook(
    State(app): State<App>,
    Session(ctx): Session,
    body: Body<NewWebhook>,
) -> Result<Reply, ApiError> {
    let new = body.value;
    let url = input::url(&new.url, app.allow_http)?;
    let event_types = input::event_types(new.event_types)?;
    // They are counted, so they are added one after the other.
    let mut write = match Write::begin(&app, ctx, None).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let user = write.ctx.user;
    let webhook = Webhook {
        id: WebhookId::generate(),
        url,
        secret: secret(),
        event_types,
        active: new.active.unwrap_or(true),
        off_because: None,
        created_at: write.clock,
        cursor: write.seq,
        test_id: None,
        claim_id: None,
        lease_until: None,
        claimed_to: None,
        failures: 0,
        failing_since: None,
        retry_at: None,
    };
    if !store::insert(write.tx(), user, &webhook).await? {
        let max = store::MAX;
        let detail = format!("You have {max} webhooks already; delete one first");
        return Err(ApiError::Conflict(detail));
    }
    let answer = WebhookWithSecret {
        secret: Some(webhook.secret.clone()),
        webhook: webhook.into(),
    };
    let reply = Reply::json(StatusCode::CREATED, &answer)?;
    write.commit(reply).await
}

/// Changes a webhook. Switched on, or with another URL, it is tried at once. The answer may hold a
/// new secret: therefore no Idempotency-Key is kept for it.
#[utoipa::path(
    patch, path = "/webhooks/{id}", tag = "webhooks", operation_id = "update_webhook",
    params(WebhookPath),
    request_body(content = WebhookPatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, body = WebhookWithSecret), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn update_webhook(
    State(app): State<App>,
    Session(ctx): Session,
    path: WebhookPath,
    _: Unversioned,
    body: Body<WebhookPatch>,
) -> Result<Json<WebhookWithSecret>, ApiError> {
    let asked = body.value;
    let mut tx = database::begin(&app.pool).await?;
    let found = store::find(&mut tx, ctx.user, path.id.0).await?;
    let mut webhook = found.ok_or(ApiError::NotFound("Webhook"))?;
    claim::take_back(&mut tx, ctx.user, &mut webhook, ctx.now).await?;
    let url = asked.url.over_required("url", webhook.url.clone())?;
    webhook.url = input::url(&url, app.allow_http)?;
    let types = asked
        .event_types
        .over_required("event_types", webhook.event_types)?;
    webhook.event_types = input::event_types(types)?;
    webhook.active = asked.active.over_required("active", webhook.active)?;
    if webhook.active {
        webhook.off_because = None;
    }
    if asked.rotate_secret {
        webhook.secret = secret();
    }
    store::update(&mut tx, ctx.user, &webhook, Some(ctx.now)).await?;
    tx.commit().await?;
    Ok(Json(WebhookWithSecret {
        secret: asked.rotate_secret.then(|| webhook.secret.clone()),
        webhook: webhook.into(),
    }))
}

/// Deletes a webhook, and what is known of its deliveries.
#[utoipa::path(
    delete, path = "/webhooks/{id}", tag = "webhooks", operation_id = "delete_webhook",
    params(WebhookPath, ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn delete_webhook(
    State(app): State<App>,
    Session(ctx): Session,
    path: WebhookPath,
    line: RequestLine,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key_without_body()?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let user = write.ctx.user;
    if !store::delete(write.tx(), user, path.id.0).await? {
        return Err(ApiError::NotFound("Webhook"));
    }
    write.commit(Reply::no_content()).await
}

fn secret() -> String {
    let secret: [u8; 32] = rand::rng().random();
    format!("whsec_{}", BASE64_STANDARD.encode(secret))
}
