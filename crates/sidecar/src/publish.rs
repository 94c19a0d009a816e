//! Events on their way to the broker.

use std::time::Duration;

use bytes::Bytes;
use events::{EventId, Topic, UserId};

use crate::{CallError, Sidecar, client::Means};

/// Longer than a broker that was killed needs to come back (24 s were measured).
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// Through a sidecar a bulk costs about the same with one event as with ten.
const PACE: Duration = Duration::from_millis(10);

/// Within the process it costs a statement, or a request to the broker.
const PACE_IN_PROCESS: Duration = Duration::from_millis(5);

/// Somebody waits for the answer to a message that is published by hand.
pub(crate) const RAW_DEADLINE: Duration = Duration::from_secs(5);

/// An event in its wire form.
#[derive(Clone, Debug)]
pub struct Message {
    /// Becomes the CloudEvent's id, so that a repeated publish can be told from a new event.
    pub id: EventId,
    /// Becomes the Kafka key: events of a user stay in order.
    pub key: UserId,
    pub event_type: String,
    /// JSON.
    pub body: Bytes,
    /// The trace that the event belongs to.
    pub traceparent: Option<String>,
}

/// Some of the messages may have arrived and some not: publish all of them again.
#[derive(Debug, thiserror::Error)]
#[error("publishing to {topic} has an unknown outcome")]
pub struct PublishError {
    topic: Topic,
    #[source]
    source: CallError,
}

impl Sidecar {
    /// How close together bulks should begin: a lone event leaves at once, and under load events
    /// share the way.
    pub const fn pace(&self) -> Duration {
        match &self.0 {
            Means::Daprd(_) => PACE,
            Means::InProcess(_) => PACE_IN_PROCESS,
        }
    }

    /// Publishes in order and waits until the broker has everything.
    ///
    /// Order per user holds only while one call is in flight.
    pub async fn publish(&self, topic: Topic, messages: &[Message]) -> Result<(), PublishError> {
        match &self.0 {
            Means::Daprd(daprd) => daprd.publish(topic, messages).await,
            Means::InProcess(here) => here.publish(topic, messages).await,
        }
        .map_err(|source| PublishError { topic, source })
    }

    /// Puts bytes on a topic as they are, without a CloudEvent around them: what a subscription
    /// delivered raw, and what therefore is one already, if it is anything.
    pub async fn publish_raw(
        &self,
        topic: Topic,
        key: Option<UserId>,
        bytes: Vec<u8>,
    ) -> Result<(), PublishError> {
        match &self.0 {
            Means::Daprd(daprd) => daprd.publish_raw(topic, key, bytes).await,
            Means::InProcess(here) => here.publish_raw(topic, key, bytes).await,
        }
        .map_err(|source| PublishError { topic, source })
    }
}

/// Counts what the broker has.
pub(crate) fn arrived(topic: Topic, messages: usize) {
    metrics::counter!(telemetry::metrics::EVENTS_PUBLISHED_TOTAL, "topic" => topic.name())
        .increment(messages as u64);
}
