//! What has come due becomes triggers, as often as the cron binding wakes us.

use std::{collections::HashMap, convert::Infallible, num::NonZeroU32, sync::Arc, time::Duration};

use events::{EventId, Topic, Trigger, TriggerType};
use sidecar::{Message, PublishError, Sidecar, Tick};
use telemetry::health::{Health, Status};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until, timeout},
};

use crate::{
    backend::{AT_ONCE, Backend, BackendError},
    measured,
};

/// The component that wakes us every second: `dapr/components/scheduler-tick.yaml`.
const BINDING: &str = "scheduler-tick";

/// Longer without a tick, and nothing comes on time.
const QUIET: Duration = Duration::from_secs(10);

/// Of much that has come due, at least so much is acted upon in a second.
const ACTED_UPON: u32 = 50;

/// Tasks that share a trigger, and the transaction that makes what follows them: what else their
/// user does, waits for that.
pub(crate) const IN_A_TRIGGER: usize = 200;

/// Finds what has come due and tells of it.
pub struct Due {
    pub backend: Backend,
    pub sidecar: Sidecar,
    pub health: Health,
    /// How fast at most.
    pub triggers_per_second: NonZeroU32,
    pub lease_seconds: NonZeroU32,
}

/// A round was not finished; the next one takes up what is left.
#[derive(Debug, thiserror::Error)]
pub enum DueError {
    #[error(transparent)]
    Backend(#[from] BackendError),
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error("a trigger cannot be written")]
    Unwritable(#[from] serde_json::Error),
}

/// What wakes [`Due::run`].
pub fn tick(wake: &Arc<Notify>) -> Tick {
    Tick::new(BINDING, Arc::clone(wake))
}

impl Due {
    /// A round with every tick. Never ends.
    pub async fn run(self, wake: Arc<Notify>) -> Infallible {
        let mut busy_until = Instant::now();
        loop {
            self.wait(&wake).await;
            if let Err(error) = self.round(&mut busy_until).await {
                tracing::warn!(%error, "What has come due waits for the next tick");
                self.health.error(error.to_string());
            }
        }
    }

    /// Says when the ticks stay away.
    async fn wait(&self, wake: &Notify) {
        if timeout(QUIET, wake.notified()).await.is_err() {
            let why = format!("no tick of the binding `{BINDING}` for {QUIET:?}");
            tracing::warn!("Nothing comes on time: {why}");
            self.health.set("ticks", Status::Degraded(why));
            wake.notified().await;
        }
        self.health.set("ticks", Status::Up);
    }

    /// Page after page: the next one only when the broker has the last, and not too soon.
    async fn round(&self, busy_until: &mut Instant) -> Result<(), DueError> {
        loop {
            let started = Instant::now();
            let come_due = self.backend.claim(self.lease(*busy_until)).await?;
            let count = come_due.len();
            self.publish(&shared(come_due)).await?;
            *busy_until = started.max(*busy_until) + at_a_rate(count, ACTED_UPON);
            if count < AT_ONCE {
                return Ok(());
            }
            let pace = at_a_rate(count, self.triggers_per_second.get());
            sleep_until(started + pace).await;
        }
    }

    /// A page waits for those before it: its lease ends only after that, or else all that many who
    /// are due together wait for would be told of again and again.
    fn lease(&self, busy_until: Instant) -> u32 {
        let waits = busy_until.saturating_duration_since(Instant::now());
        let lease = waits.as_secs() + u64::from(self.lease_seconds.get());
        u32::try_from(lease).unwrap_or(u32::MAX)
    }

    async fn publish(&self, triggers: &[Trigger]) -> Result<(), DueError> {
        let messages = triggers
            .iter()
            .map(|trigger| {
                Ok(Message {
                    id: EventId(trigger.trigger_id),
                    key: trigger.user_id,
                    event_type: trigger.trigger_type.name().to_owned(),
                    body: serde_json::to_vec(trigger)?.into(),
                    traceparent: None,
                })
            })
            .collect::<Result<Vec<_>, DueError>>()?;
        self.sidecar.publish(Topic::Scheduling, &messages).await?;
        triggers.iter().for_each(measured::published);
        Ok(())
    }
}

/// The tasks of a user share triggers. A message for each would cost broker and sidecars, of which
/// two hand it over, more than all that follows from it.
fn shared(triggers: Vec<Trigger>) -> Vec<Trigger> {
    let mut shared: Vec<Trigger> = Vec::new();
    let mut newest = HashMap::new();
    for trigger in triggers {
        if trigger.trigger_type == TriggerType::Occurrence {
            let newest = newest.entry(trigger.user_id).or_insert(usize::MAX);
            if let Some(first) = shared.get_mut(*newest)
                && first.others.len() + 1 < IN_A_TRIGGER
            {
                first.due_at = first.due_at.min(trigger.due_at);
                first.others.push(trigger.subject_id);
                continue;
            }
            *newest = shared.len();
        }
        shared.push(trigger);
    }
    shared
}

/// How long so many take.
fn at_a_rate(count: usize, per_second: u32) -> Duration {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    Duration::from_secs(1) * count / per_second
}
