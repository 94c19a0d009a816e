//! The CloudEvent around an event, as daprd writes it.

use events::Topic;
use serde::Serialize;
use serde_json::value::RawValue;

use super::Record;
use crate::{Message, PUBSUB};

#[derive(Serialize)]
struct Envelope<'a> {
    specversion: &'static str,
    id: String,
    source: &'a str,
    #[serde(rename = "type")]
    event_type: &'a str,
    time: String,
    topic: &'static str,
    pubsubname: &'static str,
    datacontenttype: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    data: &'a RawValue,
}

/// Fails where the body is not JSON.
pub(super) fn wrap(
    source: &str,
    topic: Topic,
    message: &Message,
) -> Result<Record, serde_json::Error> {
    let envelope = Envelope {
        specversion: "1.0",
        id: message.id.to_string(),
        source,
        event_type: &message.event_type,
        time: telemetry::clock::now().to_string(),
        topic: topic.name(),
        pubsubname: PUBSUB,
        datacontenttype: "application/json",
        traceparent: message.traceparent.as_deref(),
        data: serde_json::from_slice(&message.body)?,
    };
    Ok(Record {
        key: Some(message.key.to_string()),
        value: serde_json::to_vec(&envelope)?.into(),
    })
}
