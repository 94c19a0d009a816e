//! The relay: from the event log to Kafka, in order, nothing left out.
//!
//! One relay leads at a time. It takes what stands in the outbox in order of id,
//! publishes, waits for the broker's acknowledgement, and only then removes it. There is no
//! cursor: ids become visible in another order than they are drawn, and a cursor
//! passes over the late ones. A bulk that fails is published again whole, so the topic can
//! hold duplicates; consumers drop them by `seq`. An event that nobody could take, whoever
//! publishes it how often, becomes a dead letter, and those behind it go on.
//!
//! A leader that dies loses its session, and with it the lock; one that is frozen loses both to a
//! follower ([`lease`]). What it had in flight may then arrive late: a duplicate as well.

pub(crate) mod aside;
pub(crate) mod batch;
mod leader;
mod lease;
pub(crate) mod status;

use std::{sync::Arc, time::Duration};

use sidecar::Sidecar;
use sqlx::{PgPool, postgres::PgListener};
use telemetry::health::{Health, Status};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use leader::Leader;

/// Rung by followers after their commits, so that the leader need not wait for its poll.
const CHANNEL: &str = "taskflow_outbox";

/// The guarantee: whatever wake-up was lost, the outbox is looked at this often.
const POLL: Duration = Duration::from_millis(500);

/// Reported by `/health`: 1 for the replica that leads, 0 for the others.
const LEADS: &str = "relay_leads";

/// How often a follower tries to lead, and how long a leader rests after a failure.
const RETRY: Duration = Duration::from_secs(1);

pub(crate) struct Relay {
    pub(crate) pool: PgPool,
    pub(crate) sidecar: Sidecar,
    pub(crate) committed: Arc<Notify>,
    pub(crate) health: Health,
}

impl Relay {
    /// Leads or follows until shutdown.
    pub(crate) async fn run(self, shutdown: CancellationToken) {
        loop {
            let outcome = tokio::select! {
                () = shutdown.cancelled() => return,
                outcome = self.lead_or_follow() => outcome,
            };
            if let Err(error) = outcome {
                self.health.set_gauge(LEADS, 0);
                metrics::counter!(telemetry::metrics::FAILURES_TOTAL, "cause" => "relay")
                    .increment(1);
                self.health.set(
                    "relay",
                    Status::Degraded("publishing fails; events wait in the outbox".into()),
                );
                self.health.error("relay: publishing failed");
                tracing::warn!(
                    error = format!("{error:#}"),
                    status = "failure",
                    "relay interrupted; it goes on in a moment"
                );
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    () = tokio::time::sleep(RETRY) => {}
                }
            }
        }
    }

    async fn lead_or_follow(&self) -> anyhow::Result<()> {
        match Leader::elect(&self.pool).await? {
            Some(leader) => self.lead(leader).await,
            None => self.follow().await,
        }
    }

    async fn lead(&self, mut leader: Leader) -> anyhow::Result<()> {
        tracing::info!("leading the relay");
        self.health.set_gauge(LEADS, 1);
        let mut others = PgListener::connect_with(&self.pool).await?;
        others.listen(CHANNEL).await?;
        loop {
            let started = Instant::now();
            leader.drain(&self.sidecar).await?;
            self.health.set("relay", Status::Up);
            tokio::select! {
                () = self.committed.notified() => {}
                _ = others.recv() => {}
                () = tokio::time::sleep(POLL) => {}
            }
            tokio::time::sleep_until(started + self.sidecar.pace()).await;
        }
    }

    /// Passes on that something was committed here, until it is time to try to lead.
    async fn follow(&self) -> anyhow::Result<()> {
        self.health.set("relay", Status::Up);
        self.health.set_gauge(LEADS, 0);
        let retry = tokio::time::sleep(RETRY);
        tokio::pin!(retry);
        loop {
            tokio::select! {
                () = &mut retry => return Ok(()),
                () = self.committed.notified() => {
                    // Outside of any write's transaction, where it would take a global lock at
                    // commit; one for all commits since the last.
                    sqlx::query!("select pg_notify($1, '')", CHANNEL).execute(&self.pool).await?;
                }
            }
        }
    }
}
