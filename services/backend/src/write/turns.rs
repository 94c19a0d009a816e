//! Whose turn it is to write.
//!
//! A write holds a connection while it waits for its user's stream, and a user's writes wait for
//! one another. Without a limit, somebody with many slow ones would hold all connections, and
//! everybody else would wait for those.
//!
//! Services act for a user, too. They limit themselves how much they do at a time, and take turns
//! like everybody; but they are not sent away, for they would only ask again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use events::UserId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::ApiError;

/// Writes of one user that may hold a connection: one that writes, and one that is there when it
/// has ended.
const AT_ONCE: usize = 2;

/// Writes of one user that may wait for theirs.
const WAITING: usize = 64;

/// Retry after this many seconds.
const RETRY_AFTER: u64 = 1;

/// The queues of the users who are writing. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Turns(Arc<Mutex<HashMap<UserId, Queue>>>);

struct Queue {
    turns: Arc<Semaphore>,
    /// Who has a turn or waits for one.
    present: usize,
    /// Those of them who may be sent away.
    counted: usize,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            present: 0,
            counted: 0,
        }
    }
}

/// Leave to hold a connection, until it is dropped.
pub(crate) struct Turn {
    _permit: OwnedSemaphorePermit,
    _place: Place,
}

/// A place in a user's queue.
struct Place {
    turns: Turns,
    user: UserId,
    is_counted: bool,
}

impl Turns {
    /// Waits for the user's turn, as long as the request may take. 429 when too many wait.
    pub(crate) async fn take(&self, user: UserId) -> Result<Turn, ApiError> {
        Self::wait(self.join(user, true)?).await
    }

    /// Waits for it, however many wait.
    pub(crate) async fn take_as_service(&self, user: UserId) -> Result<Turn, ApiError> {
        Self::wait(self.join(user, false)?).await
    }

    async fn wait((place, turns): (Place, Arc<Semaphore>)) -> Result<Turn, ApiError> {
        let permit = turns.acquire_owned().await;
        Ok(Turn {
            _permit: permit.map_err(|closed| ApiError::Internal(closed.into()))?,
            _place: place,
        })
    }

    fn join(&self, user: UserId, is_counted: bool) -> Result<(Place, Arc<Semaphore>), ApiError> {
        let mut queues = self.queues();
        let queue = queues.entry(user).or_default();
        if is_counted && queue.counted == AT_ONCE + WAITING {
            return Err(ApiError::TooMany {
                retry_after: RETRY_AFTER,
            });
        }
        queue.present += 1;
        queue.counted += usize::from(is_counted);
        let place = Place {
            turns: self.clone(),
            user,
            is_counted,
        };
        Ok((place, Arc::clone(&queue.turns)))
    }

    // A panic elsewhere while holding the lock left a complete value behind.
    fn queues(&self) -> MutexGuard<'_, HashMap<UserId, Queue>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut queues = self.turns.queues();
        if let Some(queue) = queues.get_mut(&self.user) {
            queue.present -= 1;
            queue.counted -= usize::from(self.is_counted);
            if queue.present == 0 {
                queues.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, future::join_all};

    use super::*;

    #[tokio::test]
    async fn a_user_has_two_turns_and_others_have_their_own() {
        let turns = Turns::default();
        let (user, other) = (UserId::generate(), UserId::generate());
        let first = turns.take(user).await.unwrap();
        let _second = turns.take(user).await.unwrap();
        let mut third = Box::pin(turns.take(user));
        assert!(third.as_mut().now_or_never().is_none());
        turns.take(other).await.unwrap();
        drop(first);
        third.await.unwrap();
    }

    #[tokio::test]
    async fn services_wait_and_do_not_count() {
        let turns = Turns::default();
        let user = UserId::generate();
        let held = join_all((0..AT_ONCE).map(|_| turns.take(user))).await;
        let as_service = || Box::pin(turns.take_as_service(user));
        let mut services: Vec<_> = (0..WAITING * 2).map(|_| as_service()).collect();
        for one in &mut services {
            assert!(one.as_mut().now_or_never().is_none());
        }
        let mut person = Box::pin(turns.take(user));
        assert!(person.as_mut().now_or_never().is_none());
        drop(held);
        for one in services {
            one.await.unwrap();
        }
        person.await.unwrap();
        assert!(turns.queues().is_empty());
    }

    #[tokio::test]
    async fn too_many_are_told_when_to_come_back_and_nothing_is_left_behind() {
        let turns = Turns::default();
        let user = UserId::generate();
        let held = join_all((0..AT_ONCE).map(|_| turns.take(user))).await;
        let mut waiting: Vec<_> = (0..WAITING).map(|_| Box::pin(turns.take(user))).collect();
        for one in &mut waiting {
            assert!(one.as_mut().now_or_never().is_none());
        }
        assert!(matches!(
            turns.take(user).await,
            Err(ApiError::TooMany { retry_after: 1 })
        ));
        // A client that gives up leaves its place to the next.
        waiting.pop();
        let mut next = Box::pin(turns.take(user));
        assert!(next.as_mut().now_or_never().is_none());
        drop((held, waiting, next));
        assert!(turns.queues().is_empty());
    }
}
