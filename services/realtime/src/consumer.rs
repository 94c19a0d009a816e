//! Takes every event of every user off the broadcast.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use events::{Event, Payload, Topic};
use sidecar::{EventHandler, Outcome, Subscription};

use crate::{close::Close, hub::Hub};

/// The events that people's own devices are told about, and how long daprd gathers them. It looks
/// at each partition that often, whether anything has come or not.
const TOPICS: [(Topic, Duration); 3] = [
    (Topic::Tasks, Duration::from_millis(10)),
    (Topic::Conversations, Duration::from_millis(50)),
    (Topic::Users, Duration::from_millis(50)),
];

/// How many events daprd hands over at once.
const BULK: u32 = 80;

/// Hands events to the hub.
pub struct Consumer(pub Hub);

#[async_trait]
impl EventHandler for Consumer {
    // Never waits: a slow connection must not hold up the partition.
    async fn handle(&self, event: Event) -> Outcome {
        if let Err(error) = self.0.publish(&event) {
            return Outcome::Poison(format!("cannot be told to sockets: {error}"));
        }
        if matches!(event.payload, Payload::UserDeleted(_)) {
            self.0.close_user(event.user_id, Close::UserGone);
        }
        Outcome::Done
    }
}

/// What to ask daprd for.
pub fn subscriptions(hub: &Hub) -> Vec<Subscription> {
    let consumer = Arc::new(Consumer(hub.clone()));
    TOPICS
        .into_iter()
        .map(|(topic, max_await)| {
            Subscription::events(sidecar::BROADCAST, topic, consumer.clone()).bulk(BULK, max_await)
        })
        .collect()
}
