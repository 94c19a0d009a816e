//! What comes off the topics.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use events::{Topic, Trigger, TriggerType};
use sidecar::{Outcome, Subscription, TriggerHandler};

use crate::{drain::Drain, reminder::Reminders, wake::Wake};

/// The events that webhooks can want.
const TOPICS: [Topic; 3] = [Topic::Tasks, Topic::Conversations, Topic::Users];

/// Deliveries that daprd hands over at once.
const BULK: u32 = 80;

/// How long daprd gathers events: a webhook may be that late. It looks at each partition that
/// often, whether anything has come or not, and each bulk costs a call to the backend.
const EVENTS_AWAIT: Duration = Duration::from_millis(500);

/// How long it gathers triggers. A reminder is to be on time.
const TRIGGERS_AWAIT: Duration = Duration::from_millis(100);

/// Takes the triggers that are ours.
pub struct Consumer {
    pub reminders: Reminders,
    pub drain: Drain,
}

#[async_trait]
impl TriggerHandler for Consumer {
    async fn handle(&self, trigger: Trigger) -> Outcome {
        match trigger.trigger_type {
            TriggerType::Reminder => self.reminders.due(&trigger).await,
            TriggerType::Webhook => {
                self.drain.start(trigger.user_id, trigger.subject_id);
                Outcome::Done
            }
            // The scheduler's.
            TriggerType::Occurrence => Outcome::Done,
        }
    }
}

/// What to ask daprd for.
pub fn subscriptions(consumer: Consumer, wake: Wake) -> Vec<Subscription> {
    let wake = Arc::new(wake);
    let events = TOPICS.into_iter().map(|topic| {
        Subscription::events(sidecar::PUBSUB, topic, wake.clone()).bulk(BULK, EVENTS_AWAIT)
    });
    let triggers = Subscription::triggers(sidecar::PUBSUB, Arc::new(consumer));
    events
        .chain([triggers.bulk(BULK, TRIGGERS_AWAIT)])
        .map(Subscription::in_any_order)
        .collect()
}
