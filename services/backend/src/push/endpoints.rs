//! `/push/key` and `/push-subscriptions`. Only a session manages them: what goes to a browser
//! says what somebody has to do.

use axum::{Json, extract::State, http::StatusCode};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::Uri;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::store;
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{
        body::Body, path::SubscriptionPath, precondition::RequestLine, reply::Reply,
        session::Session,
    },
    write::{Begun, Write},
};

/// What Postgres can hold in an index.
const MAX_ENDPOINT_BYTES: usize = 2_000;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PushKey {
    /// 65 bytes, base64url: the `applicationServerKey` to subscribe with.
    key: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Subscription {
    id: Uuid,
    /// SHA-256 of the endpoint, base64url: by it a browser finds itself. Whoever knew the
    /// endpoint could send to the browser.
    endpoint_hash: String,
    created_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubscriptionList {
    items: Vec<Subscription>,
}

/// As `PushSubscription.toJSON()` has it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSubscription {
    /// An `https` URL of at most 2,000 bytes.
    #[schema(max_length = 2_000)]
    pub(super) endpoint: String,
    pub(super) keys: Keys,
    /// Passed over: the push service says itself when a subscription has ended.
    #[serde(default, rename = "expirationTime")]
    #[schema(value_type = Option<f64>)]
    _expiration_time: Option<f64>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keys {
    /// 65 bytes, base64url.
    pub(super) p256dh: String,
    /// 16 bytes, base64url.
    pub(super) auth: String,
}

/// The key that browsers subscribe with.
#[utoipa::path(
    get, path = "/push/key", tag = "notifications", operation_id = "get_push_key",
    responses((status = 200, body = PushKey), (status = 404, body = Problem, description = "Web push is not configured"))
)]
pub(crate) async fn get_push_key(
    State(app): State<App>,
    _: Ctx,
) -> Result<Json<PushKey>, ApiError> {
    let key = app
        .push_key
        .as_deref()
        .ok_or(ApiError::NotFound("Push key"))?;
    Ok(Json(PushKey {
        key: key.to_owned(),
    }))
}

/// The browsers that have subscribed.
#[utoipa::path(
    get, path = "/push-subscriptions", tag = "notifications",
    operation_id = "list_push_subscriptions",
    responses((status = 200, body = SubscriptionList), (status = 403, body = Problem))
)]
pub(crate) async fn list_push_subscriptions(
    State(app): State<App>,
    Session(ctx): Session,
) -> Result<Json<SubscriptionList>, ApiError> {
    let rows = sqlx::query!(
        r#"select id, endpoint, created_at as "created_at: jiff_sqlx::Timestamp"
           from taskflow.push_subscriptions where user_id = $1 order by id"#,
        ctx.user.0,
    )
    .fetch_all(&app.pool)
    .await?;
    let items = rows.into_iter().map(|row| Subscription {
        id: row.id,
        endpoint_hash: hash(&row.endpoint),
        created_at: row.created_at.to_jiff(),
    });
    Ok(Json(SubscriptionList {
        items: items.collect(),
    }))
}

/// Subscribes a browser; again, and nothing changes but its keys. At most 10.
#[utoipa::path(
    post, path = "/push-subscriptions", tag = "notifications",
    operation_id = "create_push_subscription",
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body = NewSubscription,
    responses(
        (status = 201, body = Subscription), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn create_push_subscription(
    State(app): State<App>,
    Session(ctx): Session,
    line: RequestLine,
    body: Body<NewSubscription>,
) -> Result<Reply, ApiError> {
    let new = body.value;
    check(&new, app.allow_http)?;
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let (user, now) = (write.ctx.user, write.clock);
    let id = store::put(write.tx(), user, &new, now).await?;
    let id = id.ok_or_else(|| {
        let max = store::MAX;
        ApiError::Conflict(format!(
            "{max} browsers have subscribed already; remove one first"
        ))
    })?;
    let subscription = Subscription {
        id,
        endpoint_hash: hash(&new.endpoint),
        created_at: now,
    };
    let reply = Reply::json(StatusCode::CREATED, &subscription)?;
    write.commit(reply).await
}

/// Removes a browser's subscription. One that has ended is removed by itself.
#[utoipa::path(
    delete, path = "/push-subscriptions/{id}", tag = "notifications",
    operation_id = "delete_push_subscription",
    params(SubscriptionPath, ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn delete_push_subscription(
    State(app): State<App>,
    Session(ctx): Session,
    path: SubscriptionPath,
    line: RequestLine,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key_without_body()?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let user = write.ctx.user;
    if !store::delete(write.tx(), user, path.id).await? {
        return Err(ApiError::NotFound("Push subscription"));
    }
    write.commit(Reply::no_content()).await
}

fn check(new: &NewSubscription, allow_http: bool) -> Result<(), ApiError> {
    let uri: Option<Uri> = new.endpoint.parse().ok();
    let leads_somewhere = uri.is_some_and(|uri| match uri.scheme_str() {
        Some("https") => uri.host().is_some(),
        Some("http") => allow_http && uri.host().is_some(),
        _ => false,
    });
    if !leads_somewhere || new.endpoint.len() > MAX_ENDPOINT_BYTES {
        return Err(ApiError::invalid(
            "endpoint",
            "`endpoint` must be an https URL of at most 2,000 bytes",
        ));
    }
    for (field, key, length) in [
        ("keys.p256dh", &new.keys.p256dh, 65),
        ("keys.auth", &new.keys.auth, 16),
    ] {
        let key = BASE64_URL_SAFE_NO_PAD.decode(key.trim_end_matches('='));
        if key.is_ok_and(|key| key.len() == length) {
            continue;
        }
        let detail = format!("`{field}` must be {length} bytes in base64url");
        return Err(ApiError::invalid(field, detail));
    }
    Ok(())
}

fn hash(endpoint: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(endpoint))
}
