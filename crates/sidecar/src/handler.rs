//! What an app does with what it subscribed to.

use async_trait::async_trait;
use events::{Event, Trigger};

use crate::Delivery;

/// What became of a delivery. A cause is safe to store and show: it holds no
/// secret, no address and no text of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Handled, or handled before.
    Done,
    /// Not now: delivered again, and dead-lettered when the policy gives up.
    Retry(String),
    /// Never: dead-lettered at once; gone if the subscription has no dead-letter topic.
    Poison(String),
}

impl Outcome {
    pub(crate) fn cause(&self) -> Option<&str> {
        match self {
            Self::Done => None,
            Self::Retry(cause) | Self::Poison(cause) => Some(cause),
        }
    }
}

/// Takes the events of a topic, decoded and checked.
#[async_trait]
pub trait EventHandler: Send + Sync + 'static {
    async fn handle(&self, event: Event) -> Outcome;
}

/// Takes the triggers of a topic, decoded and checked.
#[async_trait]
pub trait TriggerHandler: Send + Sync + 'static {
    async fn handle(&self, trigger: Trigger) -> Outcome;
}

/// Takes what lies on a topic, whatever it is.
#[async_trait]
pub trait RawHandler: Send + Sync + 'static {
    async fn handle(&self, delivery: Delivery) -> Outcome;
}
