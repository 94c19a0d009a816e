//! What takes much of the machine is done a few at a time: whole files are taken in, whole accounts
//! are folded.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use events::UserId;
use tokio::{
    sync::{AcquireError, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::error::ApiError;

/// In each replica, of each kind.
const AT_ONCE: usize = 2;

/// How long another one waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// Retry after this many seconds.
const RETRY_AFTER: u64 = 5;

/// The places of one kind. Clones share them.
#[derive(Clone)]
pub(crate) struct Places {
    shared: Arc<Semaphore>,
    /// One of each user who has a place or waits for one, so that nobody has all of them.
    own: Arc<Mutex<HashMap<UserId, Weak<Semaphore>>>>,
}

/// For as long as it is held.
pub(crate) struct Place {
    _shared: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
}

impl Places {
    pub(crate) fn new() -> Self {
        Self {
            shared: Arc::new(Semaphore::new(AT_ONCE)),
            own: Arc::default(),
        }
    }

    /// To be taken before a connection is, which others could use meanwhile.
    pub(crate) async fn take(&self, user: UserId) -> Result<Place, ApiError> {
        match timeout(PATIENCE, self.wait(user)).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(ApiError::Occupied {
                retry_after: RETRY_AFTER,
            }),
        }
    }

    async fn wait(&self, user: UserId) -> Result<Place, AcquireError> {
        let own = self.own(user).acquire_owned().await?;
        let shared = Arc::clone(&self.shared).acquire_owned().await?;
        Ok(Place {
            _shared: shared,
            _own: own,
        })
    }

    fn own(&self, user: UserId) -> Arc<Semaphore> {
        // A panic elsewhere while holding the lock left a complete value behind.
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.retain(|_, place| place.strong_count() > 0);
        if let Some(place) = own.get(&user).and_then(Weak::upgrade) {
            return place;
        }
        let place = Arc::new(Semaphore::new(1));
        own.insert(user, Arc::downgrade(&place));
        place
    }
}
