//! Webhooks, brought up to date: each gets its events in order.
//!
//! Whoever finds one claimed leaves it alone: the backend tells the one who has the claim that
//! there is more.

use std::{sync::Arc, time::Duration};

use events::UserId;
use proto::v1::{self, record_webhook_request::Result as Tried};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument;
use uuid::Uuid;

use crate::{
    attempt::Attempt, backend::Backend, channel::webhook, lanes::Lanes, measured,
    outbound::Outbound,
};

/// Webhooks that are claimed at a time. Each holds what it is to deliver, up to 256 KiB of it.
pub const CLAIMS: usize = 512;

/// Of them, those that wait for a turn at one host: it must not have all.
const WAITING: usize = 112;

/// Runs webhooks. Clones share their work.
#[derive(Clone)]
pub struct Drain(Arc<Inner>);

struct Inner {
    backend: Backend,
    outbound: Outbound,
    lanes: Lanes,
    claims: Semaphore,
    sending: TaskTracker,
    stop: CancellationToken,
}

impl Drain {
    /// What is being sent is in `sending`; after `stop` nothing is begun.
    pub fn new(
        backend: Backend,
        outbound: Outbound,
        lanes: Lanes,
        sending: TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        Self(Arc::new(Inner {
            backend,
            outbound,
            lanes,
            claims: Semaphore::new(CLAIMS),
            sending,
            stop,
        }))
    }

    /// Sees to it that the webhook is brought up to date. Does not wait for that: what dies with
    /// this process the backend's trigger brings again.
    pub fn start(&self, user: UserId, webhook: Uuid) {
        let this = self.clone();
        let work = async move { while this.batch(user, webhook).await {} };
        self.0.sending.spawn(work.in_current_span());
    }

    /// Delivers what can be claimed at once. Whether there is more.
    async fn batch(&self, user: UserId, webhook: Uuid) -> bool {
        let claims = self.0.stop.run_until_cancelled(self.0.claims.acquire());
        let Some(Ok(_held)) = claims.await else {
            return false;
        };
        let asked = Instant::now();
        let claim = v1::ClaimWebhookRequest {
            user_id: user.to_string(),
            webhook_id: webhook.to_string(),
            claim_id: Uuid::new_v4().to_string(),
        };
        let claimed = match self.0.backend.claim_webhook(user, claim.clone()).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!(webhook_id = %webhook, %error, "A webhook cannot be claimed");
                return false;
            }
        };
        if claimed.events.is_empty() {
            return false;
        }
        let lease = Duration::from_secs(claimed.lease_seconds.into());
        let results = self.deliver(&claimed, asked + lease).await;
        let got_somewhere = !results.is_empty();
        let record = v1::RecordWebhookRequest {
            user_id: claim.user_id,
            webhook_id: claim.webhook_id,
            claim_id: claim.claim_id,
            results,
        };
        match self.0.backend.record_webhook(user, record).await {
            Ok(more) => more && got_somewhere,
            Err(error) => {
                tracing::error!(
                    webhook_id = %webhook, %error,
                    "What a webhook got cannot be recorded: it will get it again"
                );
                false
            }
        }
    }

    /// One event after the other, until one fails or the lease is too short for another.
    async fn deliver(&self, claimed: &v1::ClaimWebhookResponse, lease_ends: Instant) -> Vec<Tried> {
        let Some(latest) = lease_ends.checked_sub(self.0.outbound.deadline()) else {
            return Vec::new();
        };
        let lane = Outbound::host(&claimed.url);
        let mut results = Vec::new();
        for event in &claimed.events {
            let turn = self
                .0
                .stop
                .run_until_cancelled(self.0.lanes.turn_among(&lane, WAITING));
            let Ok(Some(Ok(turn))) = timeout_at(latest, turn).await else {
                break;
            };
            let (attempt, took) = self.send(claimed, event).await;
            drop(turn);
            results.push(Tried {
                event_id: event.event_id.clone(),
                seq: event.seq,
                attempt: Some(attempt.report(took)),
            });
            if !attempt.is_accepted() {
                break;
            }
        }
        results
    }

    async fn send(
        &self,
        claimed: &v1::ClaimWebhookResponse,
        event: &v1::WebhookEvent,
    ) -> (Attempt, Duration) {
        let v1::ClaimWebhookResponse { url, secret, .. } = claimed;
        let (id, may_be_twice) = (&event.event_id, event.may_be_twice);
        let started = Instant::now();
        let body = event.body.clone();
        let outbound = &self.0.outbound;
        let attempt = webhook::send(outbound, url, secret, id, body, may_be_twice).await;
        let took = started.elapsed();
        measured::delivery("webhook", &attempt, took);
        tracing::info!(
            event_id = id,
            outcome = attempt.outcome.name(),
            why = attempt.outcome.why(),
            status = attempt.status,
            "Tried to deliver an event"
        );
        (attempt, took)
    }
}
