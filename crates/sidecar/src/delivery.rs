//! What daprd hands over, read into one shape.

use std::collections::HashMap;

use bytes::Bytes;
use dapr::dapr::proto::runtime::v1::{
    TopicEventBulkRequestEntry, TopicEventRequest, topic_event_bulk_request_entry::Event,
};
use prost_types::{Struct, value::Kind};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use tonic::metadata::{KeyAndValueRef, MetadataMap};

use crate::Incoming;

/// One message of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub topic: String,
    /// The CloudEvent's id. For raw deliveries that are no CloudEvent, daprd's.
    pub id: String,
    /// The CloudEvent's data; for raw deliveries the bytes on the topic.
    pub data: Bytes,
    /// What the broker says (`__key`, `__partition`, `__offset`, `__topic`) and the
    /// message's headers. Single deliveries have their names in lower case.
    pub metadata: HashMap<String, String>,
    /// The trace the message belongs to.
    pub traceparent: Option<String>,
}

/// The envelope in which daprd puts a message on a topic (CloudEvents 1.0, JSON).
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CloudEvent {
    pub id: String,
    /// The app that published it.
    pub source: String,
    #[serde(rename = "type")]
    pub event_type: String,
    #[serde(default)]
    pub data: Value,
    pub traceparent: Option<String>,
}

impl Delivery {
    /// The Kafka key.
    pub fn key(&self) -> Option<&str> {
        self.metadata.get("__key").map(String::as_str)
    }

    /// The CloudEvent in a raw delivery.
    pub fn cloud_event(&self) -> Result<CloudEvent, serde_json::Error> {
        serde_json::from_slice(&self.data)
    }

    /// What is in the CloudEvent of a raw delivery, in its place. What is none stays as it is.
    pub(crate) fn opened(self) -> Self {
        #[derive(Deserialize)]
        struct Envelope<'a> {
            id: String,
            traceparent: Option<String>,
            #[serde(borrow)]
            data: &'a RawValue,
        }
        let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(&self.data) else {
            return self;
        };
        Self {
            id: envelope.id,
            traceparent: envelope.traceparent,
            data: self.data.slice_ref(envelope.data.get().as_bytes()),
            ..self
        }
    }

    pub(crate) fn single(request: TopicEventRequest, metadata: &MetadataMap) -> Self {
        Self {
            topic: request.topic,
            id: request.id,
            data: request.data.into(),
            metadata: message_headers(metadata),
            traceparent: text(request.extensions.as_ref(), "traceparent"),
        }
    }

    /// As a broker without a sidecar brings it.
    pub(crate) fn incoming(incoming: &Incoming) -> Self {
        let Incoming {
            topic,
            partition,
            position,
            record,
        } = incoming;
        let mut metadata = HashMap::from([
            ("__topic".to_owned(), (*topic).to_owned()),
            ("__partition".to_owned(), partition.to_string()),
            ("__offset".to_owned(), position.to_string()),
        ]);
        metadata.extend(record.key.clone().map(|key| ("__key".to_owned(), key)));
        Self {
            topic: (*topic).to_owned(),
            id: format!("{topic}/{partition}/{position}"),
            data: record.value.clone(),
            metadata,
            traceparent: None,
        }
    }

    pub(crate) fn entry(topic: &str, entry: TopicEventBulkRequestEntry) -> Self {
        let (id, data, traceparent) = match entry.event {
            Some(Event::CloudEvent(event)) => {
                let traceparent = text(event.extensions.as_ref(), "traceparent");
                (event.id, event.data, traceparent)
            }
            Some(Event::Bytes(data)) => (entry.entry_id, data, None),
            None => (entry.entry_id, Vec::new(), None),
        };
        Self {
            topic: topic.to_owned(),
            id,
            data: data.into(),
            metadata: entry.metadata,
            traceparent,
        }
    }

    /// With id and trace of the CloudEvent inside: daprd makes up an id of its own each time it
    /// delivers raw bytes.
    pub(crate) fn unwrap_raw(self) -> Self {
        match self.cloud_event() {
            Ok(event) => Self {
                id: event.id,
                traceparent: event.traceparent,
                ..self
            },
            Err(_) => self,
        }
    }
}

fn text(extensions: Option<&Struct>, name: &str) -> Option<String> {
    match &extensions?.fields.get(name)?.kind {
        Some(Kind::StringValue(text)) => Some(text.clone()),
        _ => None,
    }
}

/// A single delivery has the message's headers among those of the call, which
/// are none of the handler's business; one of them is our token.
fn message_headers(metadata: &MetadataMap) -> HashMap<String, String> {
    const OF_THE_CALL: [&str; 7] = [
        "authorization",
        "content-type",
        crate::daprd::token::HEADER,
        "te",
        "traceparent",
        "tracestate",
        "user-agent",
    ];
    let of_the_call = |name: &str| OF_THE_CALL.contains(&name) || name.starts_with("grpc-");
    metadata
        .iter()
        .filter_map(|entry| match entry {
            KeyAndValueRef::Ascii(name, value) if !of_the_call(name.as_str()) => {
                Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
            }
            _ => None,
        })
        .collect()
}
