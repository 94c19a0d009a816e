//! What takes much of the machine is done a few at a time: whole files are taken in, whole accounts
//! are folded.

use std::time::Duration;

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use crate::error::ApiError;

/// In each replica, of each kind.
pub(crate) const AT_ONCE: usize = 2;

/// How long another one waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// Retry after this many seconds.
const RETRY_AFTER: u64 = 5;

/// A place for as long as the permit is held. To be taken before a connection is, which others
/// could use meanwhile.
pub(crate) async fn take(places: &Semaphore) -> Result<SemaphorePermit<'_>, ApiError> {
    match timeout(PATIENCE, places.acquire()).await {
        Ok(Ok(place)) => Ok(place),
        _ => Err(ApiError::Occupied {
            retry_after: RETRY_AFTER,
        }),
    }
}
