//! Forgets what is only kept for a time, and puts right what a wrong clock did.

mod clock;

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::{http::rate_limit::RateLimits, write::idempotency::KEPT_HOURS};

/// What became of reminders, and of what webhooks were sent, is told for so long.
const DELIVERIES_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
const ATTEMPTS_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What was said to the agent's questions is told for so long.
const CONFIRMATIONS_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// An hour's budget needs no more.
const WRITES_KEPT: SignedDuration = SignedDuration::from_hours(1);

const INTERVAL: Duration = Duration::from_mins(10);

pub(crate) async fn run(pool: PgPool, limits: Arc<RateLimits>, shutdown: CancellationToken) {
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        limits.forget_idle();
        if let Err(error) = tidy(&pool).await {
            tracing::warn!(error = %error, "housekeeping failed; the next round tries again");
        }
    }
}

/// One round of it.
pub async fn tidy(pool: &PgPool) -> sqlx::Result<()> {
    let now = telemetry::clock::now();
    clock::put_right(pool, now).await?;
    let kept_since = now - SignedDuration::from_hours(KEPT_HOURS);
    sqlx::query!(
        "delete from taskflow.idempotency where created_at < $1",
        kept_since.to_sqlx(),
    )
    .execute(pool)
    .await?;
    sqlx::query!(
        "delete from taskflow.tickets where expires_at < $1",
        now.to_sqlx(),
    )
    .execute(pool)
    .await?;
    sqlx::query!(
        "delete from taskflow.deliveries where due_at < $1",
        (now - DELIVERIES_KEPT).to_sqlx(),
    )
    .execute(pool)
    .await?;
    sqlx::query!(
        "delete from taskflow.webhook_attempts where at < $1",
        (now - ATTEMPTS_KEPT).to_sqlx(),
    )
    .execute(pool)
    .await?;
    sqlx::query!(
        "delete from taskflow.confirmations where created_at < $1",
        (now - CONFIRMATIONS_KEPT).to_sqlx(),
    )
    .execute(pool)
    .await?;
    sqlx::query!(
        "delete from taskflow.token_writes where at < $1",
        (now - WRITES_KEPT).to_sqlx(),
    )
    .execute(pool)
    .await?;
    sqlx::query!(
        "delete from taskflow.removals where at < $1",
        (now - WRITES_KEPT).to_sqlx(),
    )
    .execute(pool)
    .await?;
    Ok(())
}
