//! Takes every event of every user off the broadcast.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use events::{Event, Payload, Topic};
use sidecar::{EventHandler, Outcome, Subscription};

use crate::{close::Close, hub::Hub};

/// The events that people's own devices are told about.
const TOPICS: [Topic; 3] = [Topic::Tasks, Topic::Conversations, Topic::Users];

/// How many events daprd hands over at once, and how long it waits for them.
const BULK: (u32, Duration) = (80, Duration::from_millis(10));

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
    let (max_messages, max_await) = BULK;
    TOPICS
        .into_iter()
        .map(|topic| {
            Subscription::events(sidecar::BROADCAST, topic, consumer.clone())
                .bulk(max_messages, max_await)
        })
        .collect()
}
