//! What carries events where there is no sidecar.

use async_trait::async_trait;
use bytes::Bytes;

/// Whatever went wrong in a broker or a store; it is safe to show.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The broker will not take a record, however often it is asked.
#[derive(Debug, thiserror::Error)]
#[error("the record is too large for the broker")]
pub struct TooLarge;

/// What is put on a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Records of one key stay in order.
    pub key: Option<String>,
    pub value: Bytes,
}

/// What comes off a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    pub topic: &'static str,
    pub partition: i32,
    /// Grows within the partition.
    pub position: i64,
    pub record: Record,
}

/// Who takes what comes, and from where on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The replicas of an app share the work, from the oldest there is or where they left off.
    Shared,
    /// Every process takes everything that comes from now on, and leaves no trace.
    Everything,
}

/// Carries records on topics, in order for each key, and loses none that it has taken.
#[async_trait]
pub trait Broker: Send + Sync + 'static {
    /// Puts records on a topic in their order, and returns when they are safe. After an error
    /// some may be there and some not; after [`TooLarge`] there is no use in trying again.
    async fn publish(&self, topic: &str, records: &[Record]) -> Result<(), BoxError>;

    /// Keeps nothing any more for the replicas of an app but what comes on these topics.
    async fn keep_only(&self, app_id: &str, topics: &[&'static str]) -> Result<(), BoxError>;

    /// What comes on these topics for an app. `begun` is called whenever it begins anew, with what
    /// came before passed over, and for `Group::Shared` never.
    async fn subscribe(
        &self,
        app_id: &str,
        group: Group,
        topics: &[&'static str],
        begun: Box<dyn Fn() + Send + Sync>,
    ) -> Result<Box<dyn Source>, BoxError>;

    /// Whether it can be reached now.
    async fn check(&self) -> Result<(), BoxError>;
}

/// What comes, for one app.
#[async_trait]
pub trait Source: Send + Sync + 'static {
    /// Waits for the next; an error leaves everything where it was. It may be dropped half-way.
    async fn next(&self) -> Result<Incoming, BoxError>;

    /// Remembers that everything of a partition before `position` is handled: a process that
    /// comes after this one begins there.
    async fn commit(&self, topic: &str, partition: i32, position: i64) -> Result<(), BoxError>;
}
