//! Web push (RFC 8030), to the service of the browser's maker.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE},
};
use proto::v1;
use serde_json::json;
use telemetry::clock;

use super::Message;
use crate::{attempt::Attempt, outbound::Outbound};

pub mod encryption;
pub mod vapid;

use encryption::Subscriber;
use vapid::Vapid;

const TTL: HeaderName = HeaderName::from_static("ttl");
const URGENCY: HeaderName = HeaderName::from_static("urgency");
const TOPIC: HeaderName = HeaderName::from_static("topic");

/// How long the service keeps a message for a browser that is off, seconds: a reminder of
/// yesterday is in the app's list.
const KEPT: &str = "86400";

/// Sends a reminder to one browser. One that waits there still is replaced.
pub(super) async fn send(
    outbound: &Outbound,
    vapid: &Vapid,
    subscription: &v1::delivery::Push,
    message: &Message<'_>,
) -> Attempt {
    let Some(subscriber) = subscriber(subscription) else {
        return Attempt::gone("the push subscription is malformed");
    };
    let body = match encryption::encrypt(&payload(message), &subscriber) {
        Ok(body) => body,
        Err(error) => return Attempt::for_good(error.to_string()),
    };
    let Some(headers) = headers(vapid, subscription, message) else {
        return Attempt::gone("the push subscription is malformed");
    };
    let answer = match outbound.post(&subscription.endpoint, headers, body).await {
        Ok(answer) => answer,
        Err(attempt) => return attempt,
    };
    let status = answer.status.as_u16();
    match answer.status {
        accepted if accepted.is_success() => Attempt::ACCEPTED.with_status(status),
        StatusCode::NOT_FOUND | StatusCode::GONE => {
            Attempt::gone("the push subscription has ended").with_status(status)
        }
        StatusCode::TOO_MANY_REQUESTS => answer.retry(),
        failed if failed.is_server_error() => answer.retry(),
        _ => Attempt::for_good(format!("the push service answered {status}")).with_status(status),
    }
}

/// What the service worker gets.
fn payload(message: &Message<'_>) -> Vec<u8> {
    let v1::Reminder {
        task_id,
        title,
        due_text,
        notification_id,
    } = message.reminder;
    json!({
        "kind": "reminder",
        "title": title,
        "due": due_text,
        "task_id": task_id,
        "reminder_id": message.reminder_id,
        "notification_id": notification_id,
        "url": message.link,
        "may_be_twice": message.may_be_twice,
    })
    .to_string()
    .into_bytes()
}

fn subscriber(subscription: &v1::delivery::Push) -> Option<Subscriber> {
    // Browsers leave the padding out, and some libraries put it back.
    let decode = |text: &str| {
        BASE64_URL_SAFE_NO_PAD
            .decode(text.trim_end_matches('='))
            .ok()
    };
    Some(Subscriber {
        public_key: decode(&subscription.p256dh)?,
        secret: decode(&subscription.auth)?.try_into().ok()?,
    })
}

fn headers(
    vapid: &Vapid,
    subscription: &v1::delivery::Push,
    message: &Message<'_>,
) -> Option<HeaderMap> {
    let authorization = vapid.authorization(&subscription.endpoint, clock::now())?;
    let mut authorization = HeaderValue::try_from(authorization).ok()?;
    authorization.set_sensitive(true);
    // At most 32 characters, which is what a UUID without hyphens has.
    let topic = message.reminder_id.replace('-', "");
    Some(HeaderMap::from_iter([
        (AUTHORIZATION, authorization),
        (
            CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        ),
        (CONTENT_ENCODING, HeaderValue::from_static("aes128gcm")),
        (TTL, HeaderValue::from_static(KEPT)),
        (URGENCY, HeaderValue::from_static("high")),
        (TOPIC, topic.parse().ok()?),
    ]))
}
