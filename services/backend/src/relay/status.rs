//! How much waits to be published, since when, and who leads.

use std::time::Duration;

use sqlx::PgPool;
use telemetry::health::{self, Health, Status};
use tokio_util::sync::CancellationToken;

use super::lease::LOCK;

/// Counting stops here: a deeper outbox is a deeper outbox.
const COUNT_LIMIT: i64 = 1_000_000;

const INTERVAL: Duration = Duration::from_secs(2);

/// An event that waits for longer, in seconds, is more than a backlog.
const LATE: f64 = 5.0;

#[derive(Debug)]
pub(crate) struct RelayStatus {
    /// Events committed and not yet on Kafka.
    pub(crate) depth: i64,
    /// Age of the oldest of them, in seconds.
    pub(crate) oldest_seconds: f64,
    /// The Postgres session of the leader.
    pub(crate) leader_pid: Option<i32>,
}

pub(crate) async fn read(pool: &PgPool) -> sqlx::Result<RelayStatus> {
    let waiting = sqlx::query!(
        r#"select (select count(*) from (select from taskflow.outbox limit $1) as counted) as "depth!",
                  (select extract(epoch from clock_timestamp() - e.created_at)::float8
                   from taskflow.outbox o join taskflow.events e using (id)
                   order by o.id limit 1) as oldest"#,
        COUNT_LIMIT,
    )
    .fetch_one(pool)
    .await?;
    // A bigint key is split over classid and objid.
    let leader_pid = sqlx::query_scalar!(
        "select pid from pg_locks
         where locktype = 'advisory' and granted and objsubid = 1
           and database = (select oid from pg_database where datname = current_database())
           and (classid::bigint << 32 | objid::bigint) = $1",
        LOCK,
    )
    .fetch_optional(pool)
    .await?
    .flatten();
    Ok(RelayStatus {
        depth: waiting.depth,
        oldest_seconds: waiting.oldest.unwrap_or(0.0).max(0.0),
        leader_pid,
    })
}

/// Keeps health and metrics current until shutdown, from the first look on that was taken already.
pub(crate) async fn watch(pool: PgPool, health: Health, shutdown: CancellationToken) {
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
        look(&pool, &health).await;
    }
}

/// Tells health and metrics how it is now.
pub(crate) async fn look(pool: &PgPool, health: &Health) {
    match read(pool).await {
        Ok(status) => {
            health.set("postgres", Status::Up);
            // Every replica looks: the one that leads may be the one that cannot tell.
            health.set("outbox", in_time(&status));
            health.set_gauge(health::OUTBOX_DEPTH, status.depth.unsigned_abs());
            #[expect(clippy::cast_precision_loss, reason = "at most a million")]
            metrics::gauge!(telemetry::metrics::OUTBOX_DEPTH).set(status.depth as f64);
            metrics::gauge!(telemetry::metrics::OUTBOX_OLDEST_AGE_SECONDS)
                .set(status.oldest_seconds);
        }
        Err(error) => {
            tracing::warn!(error = %error, "could not read the outbox");
            let reason = "the database does not answer".to_owned();
            health.set("postgres", Status::Down(reason));
            health.error("postgres: no answer");
        }
    }
}

fn in_time(status: &RelayStatus) -> Status {
    if status.oldest_seconds > LATE {
        Status::Degraded(format!(
            "an event waits for more than {LATE} s to be published"
        ))
    } else {
        Status::Up
    }
}
