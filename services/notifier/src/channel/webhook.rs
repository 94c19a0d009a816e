//! Signed requests, as <https://www.standardwebhooks.com> describes them.

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE};
use proto::v1;
use ring::hmac;
use serde_json::json;
use telemetry::clock;

use super::Message;
use crate::{attempt::Attempt, outbound::Outbound};

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// Our own: an earlier attempt has an unknown outcome.
const MAY_BE_TWICE: HeaderName = HeaderName::from_static("taskflow-may-be-twice");

/// Sends one body. Receivers recognise by the id what they had before.
pub async fn send(
    outbound: &Outbound,
    url: &str,
    secret: &str,
    id: &str,
    body: String,
    may_be_twice: bool,
) -> Attempt {
    let timestamp = clock::now().as_second().to_string();
    let Some(mut headers) = headers(secret, id, &timestamp, &body) else {
        return Attempt::for_good("the webhook's secret is malformed");
    };
    if may_be_twice {
        headers.insert(MAY_BE_TWICE, HeaderValue::from_static("true"));
    }
    let answer = match outbound.post(url, headers, body.into()).await {
        Ok(answer) => answer,
        Err(attempt) => return attempt,
    };
    let status = answer.status.as_u16();
    match answer.status {
        accepted if accepted.is_success() => Attempt::ACCEPTED.with_status(status),
        StatusCode::GONE => Attempt::gone("the server answered 410").with_status(status),
        redirect if redirect.is_redirection() => {
            Attempt::retry("the server redirects, which is not followed").with_status(status)
        }
        _ => answer.retry(),
    }
}

/// A reminder in the form of an event.
pub(super) fn reminder(message: &Message<'_>) -> String {
    let v1::Reminder {
        task_id,
        title,
        due_text,
        notification_id,
    } = message.reminder;
    json!({
        "event_id": message.delivery_id,
        "event_type": "reminder.fired",
        "user_id": message.user_id,
        "timestamp": message.due_at,
        "aggregate_id": task_id,
        "data": {
            "reminder_id": message.reminder_id,
            "task_id": task_id,
            "title": title,
            "due": due_text,
            "notification_id": notification_id,
            "url": message.link,
            "may_be_twice": message.may_be_twice,
        },
    })
    .to_string()
}

fn headers(secret: &str, id: &str, timestamp: &str, body: &str) -> Option<HeaderMap> {
    let signature = sign(secret, id, timestamp, body)?;
    Some(HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (ID, id.parse().ok()?),
        (TIMESTAMP, timestamp.parse().ok()?),
        (SIGNATURE, signature.parse().ok()?),
    ]))
}

fn sign(secret: &str, id: &str, timestamp: &str, body: &str) -> Option<String> {
    let key = BASE64_STANDARD
        .decode(secret.strip_prefix("whsec_")?)
        .ok()?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let tag = hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
    Some(format!("v1,{}", BASE64_STANDARD.encode(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_specification() {
        let signature = sign(
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            "1649367553",
            r#"{"email":"test@example.com","username":"test_user"}"#,
        );
        assert_eq!(
            signature.unwrap(),
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
        );
        assert_eq!(sign("C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "", "", ""), None);
        assert_eq!(sign("whsec_%", "", "", ""), None);
    }
}
