//! What an app subscribes to.

use std::{collections::HashMap, sync::Arc, time::Duration};

use dapr::dapr::proto::runtime::v1::{BulkSubscribeConfig, TopicSubscription};
use events::Topic;

use crate::{EventHandler, RawHandler, TriggerHandler};

/// One topic of one component, and who takes what comes.
pub struct Subscription {
    pub(crate) component: &'static str,
    pub(crate) topic: &'static str,
    pub(crate) dead_letters: Option<&'static str>,
    pub(crate) taker: Taker,
    pub(crate) in_any_order: bool,
    bulk: Option<Bulk>,
}

pub(crate) enum Taker {
    Events(Arc<dyn EventHandler>),
    Triggers(Arc<dyn TriggerHandler>),
    Raw(Arc<dyn RawHandler>),
}

#[derive(Clone, Copy)]
struct Bulk {
    max_messages: u32,
    max_await: Duration,
}

impl Subscription {
    /// The most entries of a bulk delivery: with the largest events they still fit a message.
    pub const MAX_BULK: u32 = 80;

    /// The events of a topic, one by one, with the topic's dead-letter topic.
    ///
    /// What is no event, and an event whose Kafka key is not its user, is
    /// dead-lettered before the handler sees it.
    pub fn events(component: &'static str, topic: Topic, handler: Arc<dyn EventHandler>) -> Self {
        Self {
            component,
            topic: topic.name(),
            dead_letters: Some(topic.dead_letter_name()),
            taker: Taker::Events(handler),
            in_any_order: false,
            bulk: None,
        }
    }

    /// The triggers of `tasks.scheduling`, one by one, with its dead-letter topic. They have no
    /// order to keep, not even those of one user.
    pub fn triggers(component: &'static str, handler: Arc<dyn TriggerHandler>) -> Self {
        Self {
            component,
            topic: Topic::Scheduling.name(),
            dead_letters: Some(Topic::Scheduling.dead_letter_name()),
            taker: Taker::Triggers(handler),
            in_any_order: false,
            bulk: None,
        }
    }

    /// Bytes as they lie on a topic, one by one: for dead letters.
    ///
    /// There is no dead-letter topic behind it. A handler that cannot take a
    /// delivery says [`Retry`](crate::Outcome::Retry), until it can; what it
    /// calls poison is gone.
    pub fn raw(component: &'static str, topic: &'static str, handler: Arc<dyn RawHandler>) -> Self {
        Self {
            component,
            topic,
            dead_letters: None,
            taker: Taker::Raw(handler),
            in_any_order: false,
            bulk: None,
        }
    }

    /// Many at once instead of one by one: cheaper with a backlog, later and dearer below about
    /// 1,000 a second. At most [`MAX_BULK`](Self::MAX_BULK), collected for `max_await`; the
    /// shorter that is, the smaller the deliveries, even with a backlog. daprd 1.18 hands over one
    /// bulk at a time, whatever the topic and the partition, so a bulk is also all that is under
    /// way, and what takes long to handle makes those behind it small: while it is handled, the
    /// time to collect them is over.
    #[must_use]
    pub fn bulk(self, max_messages: u32, max_await: Duration) -> Self {
        Self {
            bulk: Some(Bulk {
                max_messages: max_messages.clamp(1, Self::MAX_BULK),
                max_await,
            }),
            ..self
        }
    }

    /// For a handler that keeps no order: those of one user are handled side by side as well.
    #[must_use]
    pub fn in_any_order(self) -> Self {
        Self {
            in_any_order: true,
            ..self
        }
    }

    /// Whether the deliveries of one user wait for one another.
    pub(crate) const fn keeps_order(&self) -> bool {
        !self.in_any_order && !matches!(self.taker, Taker::Triggers(_))
    }

    /// Then deliveries are raw: daprd 1.18 that cannot open one CloudEvent of a bulk mixes up
    /// those behind it, or panics.
    pub(crate) const fn is_bulk(&self) -> bool {
        self.bulk.is_some()
    }

    /// Whether deliveries are the bytes of the topic, with the CloudEvent still around the event.
    pub(crate) const fn is_raw(&self) -> bool {
        matches!(self.taker, Taker::Raw(_)) || self.is_bulk()
    }

    /// What daprd is told.
    pub(crate) fn announcement(&self) -> TopicSubscription {
        let raw = self.is_raw();
        TopicSubscription {
            pubsub_name: self.component.to_owned(),
            topic: self.topic.to_owned(),
            metadata: raw
                .then(|| ("rawPayload".to_owned(), "true".to_owned()))
                .into_iter()
                .collect::<HashMap<_, _>>(),
            routes: None,
            dead_letter_topic: self.dead_letters.unwrap_or_default().to_owned(),
            bulk_subscribe: self.bulk.map(|bulk| BulkSubscribeConfig {
                enabled: true,
                max_messages_count: bulk.max_messages.cast_signed(),
                max_await_duration_ms: i32::try_from(bulk.max_await.as_millis())
                    .unwrap_or(i32::MAX),
            }),
        }
    }
}
