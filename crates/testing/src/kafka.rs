//! The topics as a plain Kafka client sees them, without Dapr.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use events::{Event, Topic};
use futures::future::try_join_all;
use rskafka::chrono::DateTime;
use rskafka::client::partition::{Compression, OffsetAt, PartitionClient, UnknownTopicHandling};
use rskafka::client::{Client, ClientBuilder};
use serde_json::Value;

use crate::wait;

const MAX_FETCH_BYTES: i32 = 8 << 20;
const MAX_WAIT_MS: i32 = 1_000;
const TIMEOUT_MS: i32 = 5_000;

/// How long a deletion may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// All partitions of one topic.
pub struct TopicLog {
    partitions: Vec<(Arc<PartitionClient>, i64)>,
}

/// What lies on a topic.
#[derive(Clone, Debug)]
pub struct Record {
    pub partition: i32,
    pub key: Option<String>,
    pub value: Vec<u8>,
}

impl TopicLog {
    /// A reader at the beginning of every partition.
    pub async fn open(brokers: &str, topic: &str) -> Result<Self> {
        let client = ClientBuilder::new(vec![brokers.to_owned()]).build().await?;
        let partitions = 0..i32::from(Topic::PARTITIONS);
        let partitions = partitions.map(|number| partition(&client, topic, number));
        Ok(Self {
            partitions: try_join_all(partitions).await?,
        })
    }

    /// Everything that was added since the last read; in order within a partition.
    pub async fn read(&mut self) -> Result<Vec<Record>> {
        let parts = self.partitions.iter_mut().map(|(partition, next)| async {
            let end = partition.get_offset(OffsetAt::Latest).await?;
            let mut records = Vec::new();
            while *next < end {
                let bytes = 1..MAX_FETCH_BYTES;
                let (fetched, _) = partition.fetch_records(*next, bytes, MAX_WAIT_MS).await?;
                for fetched in fetched {
                    *next = fetched.offset + 1;
                    records.push(Record::new(partition.partition(), fetched));
                }
            }
            anyhow::Ok(records)
        });
        Ok(try_join_all(parts).await?.concat())
    }

    /// Puts a message on a partition.
    #[expect(
        clippy::disallowed_methods,
        reason = "the edge: a producer stamps its messages"
    )]
    pub async fn write(&self, number: i32, key: Option<&str>, value: &[u8]) -> Result<()> {
        let now = i64::try_from(jiff::Timestamp::now().as_nanosecond())?;
        let mut partitions = self.partitions.iter();
        let found = partitions.find(|(partition, _)| partition.partition() == number);
        let (partition, _) = found.context("there is no such partition")?;
        let record = rskafka::record::Record {
            key: key.map(|key| key.as_bytes().to_vec()),
            value: Some(value.to_vec()),
            headers: BTreeMap::new(),
            timestamp: DateTime::from_timestamp_nanos(now),
        };
        partition
            .produce(vec![record], Compression::NoCompression)
            .await?;
        Ok(())
    }
}

/// Deletes a topic with all that lies on it, and creates it again.
pub async fn recreate(brokers: &str, topic: Topic) -> Result<()> {
    let client = ClientBuilder::new(vec![brokers.to_owned()]).build().await?;
    let controller = client.controller_client()?;
    controller.delete_topic(topic.name(), TIMEOUT_MS).await?;
    wait::until("the topic to be gone", PATIENCE, async || {
        let topics = client.list_topics().await?;
        let is_there = topics.iter().any(|found| found.name == topic.name());
        Ok((!is_there).then_some(()))
    })
    .await?;
    let partitions = i32::from(Topic::PARTITIONS);
    controller
        .create_topic(topic.name(), partitions, 1, TIMEOUT_MS)
        .await?;
    Ok(())
}

/// Everything on a topic from its beginning until now.
pub async fn read_all(brokers: &str, topic: Topic) -> Result<Vec<Record>> {
    TopicLog::open(brokers, topic.name()).await?.read().await
}

async fn partition(
    client: &Client,
    topic: &str,
    number: i32,
) -> Result<(Arc<PartitionClient>, i64)> {
    // Right after a broker's restart it may not know its topics yet.
    let handling = UnknownTopicHandling::Retry;
    let partition = client.partition_client(topic, number, handling).await?;
    Ok((Arc::new(partition), 0))
}

impl Record {
    fn new(partition: i32, fetched: rskafka::record::RecordAndOffset) -> Self {
        let record = fetched.record;
        let key = record
            .key
            .map(|key| String::from_utf8_lossy(&key).into_owned());
        Self {
            partition,
            key,
            value: record.value.unwrap_or_default(),
        }
    }

    /// The CloudEvent that daprd made of an event.
    pub fn cloud_event(&self) -> Result<Value> {
        Ok(serde_json::from_slice(&self.value)?)
    }

    /// The event in the CloudEvent.
    pub fn event(&self) -> Result<Event> {
        let data = serde_json::to_vec(&self.cloud_event()?["data"])?;
        Ok(Event::decode(&data)?)
    }
}
