//! What comes off Kafka's topics for one app.

use async_trait::async_trait;
use bytes::Bytes;
use rdkafka::{
    ClientConfig, ClientContext, Message, Offset, TopicPartitionList,
    consumer::{
        BaseConsumer, CommitMode, Consumer as _, ConsumerContext, Rebalance, StreamConsumer,
    },
    error::KafkaError,
    types::RDKafkaErrorCode,
};
use sidecar::{BoxError, Group, Incoming, Record, Source};

pub(super) struct Consumer {
    inner: StreamConsumer<Context>,
    group: Group,
    topics: Vec<&'static str>,
}

/// Is told when partitions are given to us.
struct Context {
    group: Group,
    begun: Box<dyn Fn() + Send + Sync>,
}

impl ClientContext for Context {
    // Each call that fails says so itself.
    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "librdkafka");
    }
}

impl ConsumerContext for Context {
    fn post_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if self.group == Group::Everything && matches!(rebalance, Rebalance::Assign(_)) {
            (self.begun)();
        }
    }
}

impl Consumer {
    pub(super) fn open(
        config: &ClientConfig,
        group: Group,
        topics: &[&'static str],
        begun: Box<dyn Fn() + Send + Sync>,
    ) -> Result<Self, KafkaError> {
        let inner: StreamConsumer<Context> =
            config.create_with_context(Context { group, begun })?;
        inner.subscribe(topics)?;
        Ok(Self {
            inner,
            group,
            topics: topics.to_vec(),
        })
    }
}

/// What librdkafka says while it goes on by itself. That a broker is away is said elsewhere, and
/// not with every attempt to reach it.
fn report(code: RDKafkaErrorCode) {
    match code {
        RDKafkaErrorCode::BrokerTransportFailure
        | RDKafkaErrorCode::AllBrokersDown
        | RDKafkaErrorCode::Resolve => tracing::debug!(%code, "Kafka cannot be reached"),
        _ => tracing::warn!(%code, "Kafka brings nothing"),
    }
}

#[async_trait]
impl Source for Consumer {
    async fn next(&self) -> Result<Incoming, BoxError> {
        loop {
            let message = match self.inner.recv().await {
                Ok(message) => message,
                Err(KafkaError::MessageConsumption(code)) => {
                    report(code);
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let mut topics = self.topics.iter().copied();
            let Some(topic) = topics.find(|topic| *topic == message.topic()) else {
                continue;
            };
            return Ok(Incoming {
                topic,
                partition: message.partition(),
                position: message.offset(),
                record: Record {
                    key: message
                        .key()
                        .map(|key| String::from_utf8_lossy(key).into_owned()),
                    value: Bytes::copy_from_slice(message.payload().unwrap_or_default()),
                },
            });
        }
    }

    async fn commit(&self, topic: &str, partition: i32, position: i64) -> Result<(), BoxError> {
        if self.group == Group::Everything {
            return Ok(());
        }
        let mut positions = TopicPartitionList::new();
        positions.add_partition_offset(topic, partition, Offset::Offset(position))?;
        // Told to the broker in the background, in order.
        self.inner.commit(&positions, CommitMode::Async)?;
        Ok(())
    }
}
