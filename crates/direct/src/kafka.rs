//! Kafka, by librdkafka.

mod settings;
mod source;

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use events::Topic;
use futures::future::join_all;
use rdkafka::{
    ClientConfig, ClientContext,
    error::KafkaError as Cause,
    producer::{DeliveryFuture, FutureProducer, FutureRecord, Producer},
    types::RDKafkaErrorCode,
};
use sidecar::{BoxError, Broker, Group, KafkaArgs, KafkaArgsError, Record, Source, TooLarge};
use tokio::{task::spawn_blocking, time::sleep};

use source::Consumer;

/// How long a broker may take to say that it is there.
const CHECK: Duration = Duration::from_secs(2);

/// While the producer's queue is full.
const REST: Duration = Duration::from_millis(20);

/// A producer for all apps of the process, and a consumer for each that subscribes.
pub struct Kafka {
    config: ClientConfig,
    producer: Mutex<Producing>,
}

type Producing = FutureProducer<Quiet>;

/// Each call that fails says so itself.
struct Quiet;

impl ClientContext for Quiet {
    fn error(&self, error: Cause, reason: &str) {
        tracing::debug!(%error, reason, "librdkafka");
    }
}

/// Kafka cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KafkaError {
    #[error(transparent)]
    Args(#[from] KafkaArgsError),
    #[error("the KAFKA_… variables do not go together")]
    Config(#[source] Cause),
}

impl Kafka {
    /// Connects to nothing yet; a broker that is away is waited for by whoever needs it.
    pub fn new(args: &KafkaArgs) -> Result<Self, KafkaError> {
        let config = settings::common(args)?;
        let producer = produce(&config).map_err(KafkaError::Config)?;
        Ok(Self {
            config,
            producer: Mutex::new(producer),
        })
    }

    /// The topics that there are, or why nobody says so.
    pub async fn topics(&self) -> Result<Vec<String>, BoxError> {
        self.metadata(None).await
    }

    /// The names of all topics, or of this one.
    async fn metadata(&self, topic: Option<&'static str>) -> Result<Vec<String>, BoxError> {
        let producer = self.producer()?;
        let asked = spawn_blocking(move || producer.client().fetch_metadata(topic, CHECK));
        let metadata = asked.await??;
        let topics = metadata.topics().iter();
        Ok(topics.map(|topic| topic.name().to_owned()).collect())
    }

    /// The producer. One that cannot explain what the broker says, such as after it has lost
    /// messages, takes nothing more; then another takes its place.
    fn producer(&self) -> Result<Producing, Cause> {
        let mut producer = self.producer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, reason)) = producer.client().fatal_error() {
            tracing::warn!(reason, "The producer cannot go on; another one does");
            *producer = produce(&self.config)?;
        }
        Ok(producer.clone())
    }
}

fn produce(config: &ClientConfig) -> Result<Producing, Cause> {
    settings::producer(config).create_with_context(Quiet)
}

/// Waits while the queue is full, and so keeps the order.
async fn enqueue(
    producer: &Producing,
    topic: &str,
    record: &Record,
) -> Result<DeliveryFuture, Cause> {
    let mut sending = FutureRecord::to(topic).payload(&record.value[..]);
    if let Some(key) = &record.key {
        sending = sending.key(key);
    }
    loop {
        match producer.send_result(sending) {
            Ok(delivery) => return Ok(delivery),
            Err((Cause::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                sending = back;
                sleep(REST).await;
            }
            Err((error, _)) => return Err(error),
        }
    }
}

fn refused(error: Cause) -> BoxError {
    match error {
        Cause::MessageProduction(RDKafkaErrorCode::MessageSizeTooLarge) => TooLarge.into(),
        error => error.into(),
    }
}

#[async_trait]
impl Broker for Kafka {
    async fn publish(&self, topic: &str, records: &[Record]) -> Result<(), BoxError> {
        let producer = self.producer()?;
        let mut deliveries = Vec::with_capacity(records.len());
        for record in records {
            let delivery = enqueue(&producer, topic, record).await;
            deliveries.push(delivery.map_err(refused)?);
        }
        for delivery in join_all(deliveries).await {
            delivery?.map_err(|(error, _)| refused(error))?;
        }
        Ok(())
    }

    /// A broker keeps records by their age, and forgets groups that nobody is in.
    async fn keep_only(&self, _: &str, _: &[&'static str]) -> Result<(), BoxError> {
        Ok(())
    }

    async fn subscribe(
        &self,
        app_id: &str,
        group: Group,
        topics: &[&'static str],
        begun: Box<dyn Fn() + Send + Sync>,
    ) -> Result<Box<dyn Source>, BoxError> {
        let config = settings::consumer(&self.config, app_id, group);
        Ok(Box::new(Consumer::open(&config, group, topics, begun)?))
    }

    async fn check(&self) -> Result<(), BoxError> {
        // One topic says as much as all of them, and some brokers are paid by the byte.
        self.metadata(Some(Topic::Tasks.name())).await.map(drop)
    }
}
