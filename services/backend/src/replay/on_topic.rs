//! What a topic holds already. Dapr publishes and delivers but cannot be asked for that, so this
//! alone reads Kafka itself; nothing is written and no consumer group joined.

use std::collections::HashSet;

use anyhow::Context;
use events::Topic;
use rskafka::client::partition::{OffsetAt, PartitionClient, UnknownTopicHandling};
use serde::Deserialize;
use sidecar::KafkaArgs;
use uuid::Uuid;

use crate::kafka;

const FETCH_BYTES: i32 = 8 << 20;
const MAX_WAIT_MS: i32 = 1_000;

/// The events of a topic by user and id, some 40 to 80 bytes of memory each. An imported log has
/// the ids of its original.
pub(super) struct OnTopic {
    /// Each with the offset up to which it was read.
    partitions: Vec<(PartitionClient, i64)>,
    ids: HashSet<(Uuid, Uuid)>,
}

/// All that matters of a CloudEvent.
#[derive(Deserialize)]
struct Record {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    user_id: Uuid,
    event_id: Uuid,
}

impl OnTopic {
    /// Reads all of the topic.
    pub(super) async fn read(args: &KafkaArgs, topic: Topic) -> anyhow::Result<Self> {
        let client = kafka::connect(args).await?;
        let topics = client.list_topics().await?;
        let found = topics.into_iter().find(|found| found.name == topic.name());
        let found = found.with_context(|| format!("the broker has no topic {topic}"))?;
        let mut partitions = Vec::new();
        for number in found.partitions {
            let unknown = UnknownTopicHandling::Retry;
            let partition = client
                .partition_client(topic.name(), number, unknown)
                .await?;
            let start = partition.get_offset(OffsetAt::Earliest).await?;
            partitions.push((partition, start));
        }
        let mut on_topic = Self {
            partitions,
            ids: HashSet::new(),
        };
        on_topic.read_on().await?;
        let count = on_topic.ids.len();
        eprintln!("{count} events are on {topic}");
        Ok(on_topic)
    }

    /// Reads what was added since.
    pub(super) async fn read_on(&mut self) -> anyhow::Result<()> {
        for (partition, next) in &mut self.partitions {
            let end = partition.get_offset(OffsetAt::Latest).await?;
            while *next < end {
                let (records, _) = partition
                    .fetch_records(*next, 1..FETCH_BYTES, MAX_WAIT_MS)
                    .await?;
                // Without a record, only the broker's own marks are left.
                *next = records.last().map_or(end, |last| last.offset + 1);
                let values = records.into_iter().filter_map(|record| record.record.value);
                // What is no event is none of ours.
                let read = values.filter_map(|value| serde_json::from_slice::<Record>(&value).ok());
                let ids = read.map(|Record { data }| (data.user_id, data.event_id));
                self.ids.extend(ids);
            }
        }
        Ok(())
    }

    pub(super) fn has(&self, user: Uuid, event: Uuid) -> bool {
        self.ids.contains(&(user, event)) || telemetry::faults::enabled("nothing-missing")
    }
}
