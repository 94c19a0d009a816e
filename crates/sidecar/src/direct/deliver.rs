//! One delivery, until it is handled or dead.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{Broker, Incoming, TooLarge};
use crate::{Delivery, Outcome, Subscription, callbacks::Served};

/// How long a handler has, as `dapr/components/resiliency.yaml` says.
const HANDLE: Duration = Duration::from_secs(30);

/// How much longer each pause is than the one before.
const GROWTH: f64 = 1.5;

/// How often what was refused is delivered again, and when.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    pub times: u32,
    /// Before the first of them; each pause is half as long again as the one before.
    pub first_pause: Duration,
    pub longest_pause: Duration,
}

impl Default for Retries {
    /// Those of `dapr/components/resiliency.yaml`.
    fn default() -> Self {
        Self {
            times: 24,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(5),
        }
    }
}

impl Retries {
    fn after(&self, pause: Duration) -> Duration {
        pause.mul_f64(GROWTH).min(self.longest_pause)
    }
}

/// What a delivery needs on its way.
#[derive(Clone)]
pub(super) struct Route {
    pub(super) served: Served,
    pub(super) component: &'static str,
    pub(super) broker: Arc<dyn Broker>,
    pub(super) retries: Retries,
    /// How many handlers run at a time, but for those that gather.
    pub(super) hands: Arc<Semaphore>,
    pub(super) shutdown: CancellationToken,
}

impl Route {
    pub(super) fn subscription(&self, topic: &str) -> Option<Arc<Subscription>> {
        self.served.subscription(self.component, topic)
    }

    /// Whether deliveries of one key wait for one another.
    pub(super) fn keeps_order(&self, topic: &str) -> bool {
        self.subscription(topic)
            .is_none_or(|subscription| subscription.keeps_order())
    }

    /// Whether the delivery is settled; if not, it is to come again after a restart.
    pub(super) async fn deliver(
        &self,
        subscription: &Arc<Subscription>,
        incoming: &Incoming,
    ) -> bool {
        let mut pause = self.retries.first_pause;
        let mut refusals = 0;
        loop {
            match self.attempt(subscription, incoming).await {
                None => return false,
                Some(Outcome::Done) => return true,
                Some(Outcome::Poison(_)) => break,
                Some(Outcome::Retry(_)) => {}
            }
            refusals += 1;
            // Without dead letters it stays at the handler.
            if refusals > self.retries.times && subscription.dead_letters.is_some() {
                break;
            }
            if !self.rest(pause).await {
                return false;
            }
            pause = self.retries.after(pause);
        }
        match subscription.dead_letters {
            Some(dead_letters) => self.bury(dead_letters, incoming).await,
            None => true,
        }
    }

    /// `None` when shut down before its turn came.
    async fn attempt(
        &self,
        subscription: &Arc<Subscription>,
        incoming: &Incoming,
    ) -> Option<Outcome> {
        // Who takes bulks makes one call of what is at work at the same time.
        let _hand = if subscription.is_bulk() {
            None
        } else {
            let turn = self.shutdown.run_until_cancelled(self.hands.acquire());
            Some(turn.await?.ok()?)
        };
        let delivery = Delivery::incoming(incoming);
        // As daprd does it: raw bytes for raw subscriptions and for those by the bulk.
        let delivery = if subscription.is_raw() {
            delivery
        } else {
            delivery.opened()
        };
        let handled = self
            .served
            .deliver(Arc::clone(subscription), vec![delivery]);
        let outcomes = timeout(HANDLE, handled).await.ok();
        let outcome = outcomes.and_then(|outcomes| outcomes.into_iter().next());
        Some(outcome.unwrap_or_else(|| Outcome::Retry("the handler ran out of time".to_owned())))
    }

    /// The very bytes under the same key; a broker that is away is waited for.
    async fn bury(&self, dead_letters: &'static str, incoming: &Incoming) -> bool {
        let mut pause = self.retries.first_pause;
        let letter = [incoming.record.clone()];
        while let Err(error) = self.broker.publish(dead_letters, &letter).await {
            if error.is::<TooLarge>() {
                // It would hold up everything behind it for ever, and lies where it came from.
                let Incoming {
                    topic,
                    partition,
                    position,
                    ..
                } = incoming;
                tracing::error!(
                    topic,
                    partition,
                    position,
                    "A dead letter is too large to be put aside and is passed over"
                );
                return true;
            }
            tracing::warn!(
                topic = dead_letters,
                error = error.to_string(),
                "A dead letter cannot be put aside and waits"
            );
            if !self.rest(pause).await {
                return false;
            }
            pause = self.retries.after(pause);
        }
        true
    }

    /// False when shut down meanwhile.
    async fn rest(&self, pause: Duration) -> bool {
        let rested = self.shutdown.run_until_cancelled(sleep(pause)).await;
        rested.is_some()
    }
}
