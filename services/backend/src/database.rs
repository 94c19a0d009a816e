//! The connection pool and the schema.

use std::{
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::anyhow;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    Connection, Executor, PgPool, PgTransaction,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio_util::sync::CancellationToken;

/// The schema of both `auth` and `taskflow`. Runs under an advisory lock, so any number of
/// replicas may start at once.
pub static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// Why the schema is not the one that this version needs, and what to do.
pub(crate) fn explain(error: MigrateError) -> anyhow::Error {
    match error {
        MigrateError::VersionMissing(migration) => anyhow!(
            "the database has migration {migration}, which this version does not know; start the \
             version that brought it, or a newer one"
        ),
        MigrateError::VersionMismatch(migration) => anyhow!(
            "migration {migration} of the database is another than this version's; start the \
             version that brought it"
        ),
        error => anyhow::Error::new(error).context("the schema could not be brought up to date"),
    }
}

/// A connection that was idle for longer is asked whether it is still alive.
const TRUSTED_IDLE: Duration = Duration::from_secs(2);

/// When Postgres was last seen to go. No connection from before then is used again: it may look
/// alive until the first statement fails, and that would be somebody's request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outage(Arc<Mutex<Option<Instant>>>);

impl Outage {
    pub(crate) fn seen(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn is_outlived_by(&self, age: Duration) -> bool {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|at| at.elapsed() <= age)
    }
}

/// How a database is reached that `DATABASE_URL` names.
pub fn connect_options(url: &SecretString) -> anyhow::Result<PgConnectOptions> {
    // The parser takes any scheme for Postgres'.
    Some(url.expose_secret())
        .filter(|url| url.starts_with("postgres://") || url.starts_with("postgresql://"))
        .and_then(|url| PgConnectOptions::from_str(url).ok())
        .ok_or_else(|| {
            anyhow!("DATABASE_URL is not a Postgres URL; write postgres://user:password@host/name")
        })
}

/// Waits for the database and gives a pool that heals. `None` when shut down first.
pub(crate) async fn open(
    url: &SecretString,
    connections: u32,
    outage: &Outage,
    shutdown: &CancellationToken,
) -> anyhow::Result<Option<PgPool>> {
    let options = connect_options(url)?.application_name("taskflow-backend");
    let pool = pool_options(connections, outage.clone()).connect_lazy_with(options);
    let mut wait = Duration::from_millis(100);
    loop {
        match pool.acquire().await {
            Ok(_) => break,
            Err(error) => {
                tracing::warn!(error = %error, "waiting for Postgres");
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return Ok(None),
            () = tokio::time::sleep(wait) => {}
        }
        wait = (wait * 2).min(Duration::from_secs(2));
    }
    Ok(Some(pool))
}

/// Begins a transaction, also for a caller that is cut off meanwhile, such as a request whose client
/// hangs up: its `begin` goes on in a task of its own, and is then taken back.
///
/// Cut off in the middle, sqlx 0.9 puts a connection back into the pool that is inside a transaction
/// which nobody knows of. What the next one writes without a transaction, and believes to be
/// committed, is then committed or taken back by whoever uses the connection after it.
pub(crate) async fn begin(pool: &PgPool) -> sqlx::Result<PgTransaction<'static>> {
    begin_with(pool, "begin").await
}

/// The same, by a statement that says more of the transaction.
pub(crate) async fn begin_with(
    pool: &PgPool,
    statement: &'static str,
) -> sqlx::Result<PgTransaction<'static>> {
    if telemetry::faults::enabled("begin-in-the-open") {
        return pool.begin_with(statement).await;
    }
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(statement).await }).await;
    begun.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}

fn pool_options(connections: u32, outage: Outage) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .min_connections(2.min(connections))
        // Long enough to open all of them at once on a machine that is busy.
        .acquire_timeout(Duration::from_secs(6))
        .max_lifetime(Duration::from_mins(30))
        // A ping before each use would cost every request a round trip.
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            let outage = outage.clone();
            Box::pin(async move {
                if outage.is_outlived_by(meta.age) {
                    return Ok(false);
                }
                if meta.idle_for > TRUSTED_IDLE
                    && let Err(error) = connection.ping().await
                {
                    outage.seen();
                    return Err(error);
                }
                Ok(true)
            })
        })
        .after_connect(|connection, _| {
            Box::pin(async move {
                // As a statement, because poolers such as PgBouncer refuse start-up options.
                connection
                    .execute(
                        "set statement_timeout = '10s'; set lock_timeout = '5s'; \
                         set idle_in_transaction_session_timeout = '30s'",
                    )
                    .await?;
                Ok(())
            })
        })
}
