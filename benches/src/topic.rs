//! What arrived on a topic, read with a plain Kafka client.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use events::{Event, EventId, Topic};
use rskafka::client::ClientBuilder;
use rskafka::client::partition::{OffsetAt, PartitionClient, UnknownTopicHandling};
use serde::Deserialize;
use serde_json::value::RawValue;
use sidecar::Message;

const FETCH_BYTES: i32 = 8 << 20;

/// A topic with all its partitions.
pub struct Records(Vec<PartitionClient>);

/// What daprd makes of an event.
#[derive(Deserialize)]
struct CloudEvent<'a> {
    traceparent: Option<String>,
    #[serde(borrow)]
    data: &'a RawValue,
}

impl Records {
    pub async fn of(brokers: &str, topic: Topic) -> Result<Self> {
        let client = ClientBuilder::new(vec![brokers.to_owned()]).build().await?;
        let mut partitions = Vec::new();
        for partition in 0..i32::from(Topic::PARTITIONS) {
            let unknown = UnknownTopicHandling::Retry;
            partitions.push(
                client
                    .partition_client(topic.name(), partition, unknown)
                    .await?,
            );
        }
        Ok(Self(partitions))
    }

    /// Where each partition ends now.
    pub async fn ends(&self) -> Result<Vec<i64>> {
        let mut ends = Vec::new();
        for partition in &self.0 {
            ends.push(partition.get_offset(OffsetAt::Latest).await?);
        }
        Ok(ends)
    }

    /// How many records came after `starts`.
    pub async fn since(&self, starts: &[i64]) -> Result<usize> {
        let ends = self.ends().await?;
        Ok(usize::try_from(
            ends.iter().sum::<i64>() - starts.iter().sum::<i64>(),
        )?)
    }

    /// The events that came after `starts`, ready to be published again.
    /// An error if one came twice.
    pub async fn read(&self, starts: &[i64]) -> Result<HashMap<EventId, Message>> {
        let mut messages = HashMap::new();
        for ((partition, mut at), end) in self.0.iter().zip(starts.to_vec()).zip(self.ends().await?)
        {
            while at < end {
                let (records, _) = partition.fetch_records(at, 1..FETCH_BYTES, 1000).await?;
                at = records
                    .last()
                    .context("nothing where records should be")?
                    .offset
                    + 1;
                for record in records {
                    let message = message(&record.record.value.unwrap_or_default())?;
                    let id = message.id;
                    let twice = messages.insert(id, message).is_some();
                    ensure!(!twice, "event {id} was published twice");
                }
            }
        }
        Ok(messages)
    }
}

fn message(value: &[u8]) -> Result<Message> {
    let envelope: CloudEvent<'_> = serde_json::from_slice(value).context("not a CloudEvent")?;
    let body = envelope.data.get().as_bytes().to_vec();
    let event = Event::decode(&body)?;
    Ok(Message {
        id: event.id,
        key: event.user_id,
        event_type: event.payload.event_type().to_owned(),
        body: body.into(),
        traceparent: envelope.traceparent,
    })
}
