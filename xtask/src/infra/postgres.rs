//! A PostgreSQL server for development and tests, durable as in production.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Result;
use embedded::Postgres;

use crate::install;
use crate::logs::Logs;
use crate::progress::Progress;

/// Starts a server whose data lie in `dir` and waits until it answers; what is there already
/// is kept.
pub(crate) async fn start(
    dir: &Path,
    at: SocketAddr,
    logs: &Logs,
    progress: &Progress,
) -> Result<Postgres> {
    let postgres = spawn(dir, at, logs, progress).await?;
    ready(&postgres, progress).await?;
    Ok(postgres)
}

/// The same without waiting, for who must be able to stop it meanwhile.
pub(crate) async fn spawn(
    dir: &Path,
    at: SocketAddr,
    logs: &Logs,
    progress: &Progress,
) -> Result<Postgres> {
    let programs = install::postgres(progress).await?.join("bin");
    Postgres::spawn(&programs, dir, at, logs.sink("postgres")?).await
}

pub(crate) async fn ready(postgres: &Postgres, progress: &Progress) -> Result<()> {
    let step = progress.step("postgres");
    step.waits_for("the first connection");
    postgres.ready().await?;
    step.done(&postgres.at().to_string());
    Ok(())
}
