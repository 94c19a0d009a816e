//! The connections of [`Bus`](crate::Bus) and [`States`](crate::States).

use std::time::Duration;

use sqlx::{
    Executor, PgPool,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// The schema `bus`.
pub static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

const CONNECTIONS: u32 = 6;

/// The tables cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the schema `bus` could not be brought up to date")]
pub struct OpenError(#[from] MigrateError);

/// A pool that heals, on tables that are up to date. Waits for the database.
pub async fn open(options: PgConnectOptions) -> Result<PgPool, OpenError> {
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(Duration::from_secs(3))
        .max_lifetime(Duration::from_mins(30))
        .after_connect(|connection, _| {
            Box::pin(async move {
                // As a statement, because poolers such as PgBouncer refuse start-up options.
                let limits = "set statement_timeout = '10s'; set lock_timeout = '5s'";
                connection.execute(limits).await?;
                Ok(())
            })
        })
        .connect_lazy_with(options.application_name("taskflow-bus"));
    let mut pause = Duration::from_millis(100);
    while let Err(error) = pool.acquire().await {
        tracing::warn!(error = %error, "waiting for Postgres");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(2));
    }
    MIGRATOR.run(&pool).await?;
    Ok(pool)
}
