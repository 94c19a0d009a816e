//! Waiting for a condition instead of sleeping.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::time::{Instant, sleep, timeout};

/// How often a condition is looked at.
const EVERY: Duration = Duration::from_millis(25);

/// Looks again and again until `condition` gives something, and fails when it has not
/// within `limit`. Its errors end the wait.
pub async fn until<T>(
    what: &str,
    limit: Duration,
    mut condition: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = condition().await? {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            bail!("waited {limit:?} in vain for {what}");
        }
        sleep(EVERY).await;
    }
}

/// The result of `work`, or an error that names what took longer than `limit`.
pub async fn within<T>(
    what: &str,
    limit: Duration,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    timeout(limit, work)
        .await
        .with_context(|| format!("waited {limit:?} in vain for {what}"))?
}
