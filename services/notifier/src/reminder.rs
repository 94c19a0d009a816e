//! A reminder that came due, out to everywhere it goes.

use std::{sync::Arc, time::Duration};

use events::{Trigger, UserId};
use proto::v1::{self, Delivery, delivery::Destination};
use sidecar::Outcome;
use telemetry::faults;
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};
use tokio_util::task::TaskTracker;
use tracing::Instrument;
use uuid::Uuid;

use crate::{
    attempt::{self, Attempt},
    backend::{Backend, BackendError},
    channel::{self, Channels, Message},
    lanes::Lanes,
    measured,
};

/// Reminders that are claimed and not yet sent.
const ROOM: usize = 8_192;

/// How long a trigger waits for room before it goes back.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a destination that is crowded is left alone.
const REST: Duration = Duration::from_mins(1);

/// Sends reminders. Clones share their work.
#[derive(Clone)]
pub struct Reminders(Arc<Inner>);

struct Inner {
    backend: Backend,
    channels: Channels,
    lanes: Lanes,
    room: Arc<Semaphore>,
    sending: TaskTracker,
}

/// A reminder that is ours to send.
struct Claim {
    user: UserId,
    user_id: String,
    reminder_id: String,
    id: String,
    due_at: String,
    reminder: v1::Reminder,
}

impl Reminders {
    /// What is being sent is in `sending`.
    pub fn new(backend: Backend, channels: Channels, lanes: Lanes, sending: TaskTracker) -> Self {
        Self(Arc::new(Inner {
            backend,
            channels,
            lanes,
            room: Arc::new(Semaphore::new(ROOM)),
            sending,
        }))
    }

    /// Claims what there is to send, and sends it while the next trigger is handled. A claim that
    /// dies with this process lapses, and the trigger comes again.
    pub async fn due(&self, trigger: &Trigger) -> Outcome {
        let room = Arc::clone(&self.0.room).acquire_owned();
        let Ok(Ok(room)) = timeout(PATIENCE, room).await else {
            return Outcome::Retry("too many reminders wait to be sent".to_owned());
        };
        let (claim, deliveries) = match self.claim(trigger).await {
            Ok(Some(claimed)) => claimed,
            Ok(None) => return Outcome::Done,
            Err(error) => return Outcome::Retry(error.to_string()),
        };
        let this = self.clone();
        let work = async move {
            let work = deliveries
                .iter()
                .map(|delivery| this.deliver(&claim, delivery));
            futures::future::join_all(work).await;
            drop(room);
        };
        self.0.sending.spawn(work.in_current_span());
        Outcome::Done
    }

    async fn claim(
        &self,
        trigger: &Trigger,
    ) -> Result<Option<(Claim, Vec<Delivery>)>, BackendError> {
        let user = trigger.user_id;
        let request = v1::ClaimReminderRequest {
            user_id: user.to_string(),
            reminder_id: trigger.subject_id.to_string(),
            claim_id: Uuid::new_v4().to_string(),
            due_at: trigger.due_at.to_string(),
        };
        let claimed = self.0.backend.claim_reminder(user, request.clone()).await?;
        let v1::ClaimReminderRequest {
            user_id,
            reminder_id,
            claim_id,
            due_at,
        } = request;
        Ok(claimed.reminder.map(|reminder| {
            let claim = Claim {
                user,
                user_id,
                reminder_id,
                id: claim_id,
                due_at,
                reminder,
            };
            (claim, claimed.deliveries)
        }))
    }

    async fn deliver(&self, claim: &Claim, delivery: &Delivery) {
        let Some(destination) = &delivery.destination else {
            tracing::error!(
                delivery_id = delivery.delivery_id,
                "A delivery goes to a kind of destination that this version does not know"
            );
            return;
        };
        let lane = channel::lane(destination);
        let Ok(turn) = self.0.lanes.turn(&lane).await else {
            let crowded = Attempt::from(attempt::Outcome::Retry {
                why: "too much waits for this destination already".into(),
                after: Some(REST),
            });
            return self.record(claim, delivery, &crowded, Duration::ZERO).await;
        };
        // Waiting for the turn may have taken longer than the claim holds.
        match self.start(claim, delivery).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                let delivery_id = &delivery.delivery_id;
                tracing::warn!(delivery_id, %error, "Not sent: the backend does not say whether to");
                return;
            }
        }
        if faults::enabled("mark-before-send") {
            self.record(claim, delivery, &Attempt::ACCEPTED, Duration::ZERO)
                .await;
            self.send(claim, delivery, destination).await;
            return;
        }
        let (attempt, took) = self.send(claim, delivery, destination).await;
        drop(turn);
        self.record(claim, delivery, &attempt, took).await;
    }

    async fn start(&self, claim: &Claim, delivery: &Delivery) -> Result<bool, BackendError> {
        let request = v1::StartAttemptRequest {
            user_id: claim.user_id.clone(),
            delivery_id: delivery.delivery_id.clone(),
            claim_id: claim.id.clone(),
        };
        self.0.backend.start_attempt(claim.user, request).await
    }

    async fn send(
        &self,
        claim: &Claim,
        delivery: &Delivery,
        destination: &Destination,
    ) -> (Attempt, Duration) {
        let app = &self.0.channels.app_url;
        let message = Message {
            user_id: &claim.user_id,
            reminder_id: &claim.reminder_id,
            delivery_id: &delivery.delivery_id,
            reminder: &claim.reminder,
            due_at: &claim.due_at,
            link: format!("{app}/tasks/{}", claim.reminder.task_id),
            may_be_twice: delivery.may_be_twice,
        };
        let started = Instant::now();
        let attempt = self.0.channels.send(destination, &message).await;
        let took = started.elapsed();
        let channel = channel::name(destination);
        measured::delivery(channel, &attempt, took);
        tracing::info!(
            channel,
            delivery_id = delivery.delivery_id,
            number = delivery.attempt,
            outcome = attempt.outcome.name(),
            why = attempt.outcome.why(),
            status = attempt.status,
            "Tried to deliver a reminder"
        );
        (attempt, took)
    }

    async fn record(&self, claim: &Claim, delivery: &Delivery, attempt: &Attempt, took: Duration) {
        let request = v1::RecordAttemptRequest {
            user_id: claim.user_id.clone(),
            delivery_id: delivery.delivery_id.clone(),
            claim_id: claim.id.clone(),
            attempt: Some(attempt.report(took)),
        };
        if let Err(error) = self.0.backend.record_attempt(claim.user, request).await {
            let delivery_id = &delivery.delivery_id;
            tracing::error!(delivery_id, %error, "What became of a delivery cannot be recorded");
        }
    }
}
