//! What an app wants to be called for.

use std::sync::Arc;

use telemetry::{faults, health::Health};
use tokio::sync::watch;

use crate::{
    Delivery, Outcome, Readiness, Sidecar, Subscription, Tick, batch::handle_batch, handle::Job,
};

/// Everything an app wants to be called for.
pub struct Callbacks {
    pub(crate) subscriptions: Vec<Arc<Subscription>>,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) sessions: watch::Sender<u64>,
    health: Health,
}

impl Callbacks {
    /// The causes of what is not handled become the last error of `health`.
    pub fn new(subscriptions: Vec<Subscription>, ticks: Vec<Tick>, health: Health) -> Self {
        Self {
            subscriptions: subscriptions.into_iter().map(Arc::new).collect(),
            ticks,
            sessions: watch::Sender::new(0),
            health,
        }
    }

    /// What makes the app ready, by these callbacks.
    pub fn readiness(&self) -> Readiness {
        Readiness {
            health: self.health.clone(),
            sessions: self.sessions(),
            missing: if self.subscriptions.is_empty() {
                "has not found this app yet"
            } else {
                "has not subscribed yet"
            },
        }
    }

    /// How many sidecars have been seen: 0 until one delivers to this process, and one more
    /// whenever it restarted. Each time, events may have passed by before.
    pub fn sessions(&self) -> watch::Receiver<u64> {
        self.sessions.subscribe()
    }
}

/// The callbacks while they are served.
#[derive(Clone)]
pub(crate) struct Served(Arc<(Callbacks, Sidecar)>);

impl Served {
    pub(crate) fn new(callbacks: Callbacks, sidecar: Sidecar) -> Self {
        Self(Arc::new((callbacks, sidecar)))
    }

    pub(crate) fn callbacks(&self) -> &Callbacks {
        &self.0.0
    }

    pub(crate) fn sidecar(&self) -> &Sidecar {
        &self.0.1
    }

    pub(crate) fn subscription(&self, component: &str, topic: &str) -> Option<Arc<Subscription>> {
        let subscriptions = &self.callbacks().subscriptions;
        subscriptions
            .iter()
            .find(|known| known.component == component && known.topic == topic)
            .cloned()
    }

    /// Handles deliveries and stores the causes of those that were not taken.
    /// The outcomes are in the order of the deliveries.
    pub(crate) async fn deliver(
        &self,
        subscription: Arc<Subscription>,
        deliveries: Vec<Delivery>,
    ) -> Vec<Outcome> {
        if faults::enabled("ack-before-handle") {
            let done = vec![Outcome::Done; deliveries.len()];
            let served = self.clone();
            tokio::spawn(async move { served.handle(&subscription, deliveries).await });
            return done;
        }
        self.handle(&subscription, deliveries).await
    }

    async fn handle(&self, subscription: &Subscription, deliveries: Vec<Delivery>) -> Vec<Outcome> {
        let jobs = deliveries
            .into_iter()
            .map(|delivery| Job::read(subscription, delivery))
            .collect();
        let mut answers = handle_batch(jobs, &self.callbacks().health).await;
        answers.sort_unstable_by_key(|(place, ..)| *place);

        let causes: Vec<_> = answers
            .iter()
            .filter_map(|(_, id, outcome)| Some((id.as_str(), outcome.cause()?)))
            .collect();
        if subscription.dead_letters.is_some() && !causes.is_empty() {
            self.sidecar()
                .save_causes(subscription.topic, &causes)
                .await;
        }
        answers.into_iter().map(|(_, _, outcome)| outcome).collect()
    }
}
