//! Whether the user of a valid token still exists.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use events::UserId;
use moka::future::Cache;

/// A deleted user is let in no longer than this, even if nobody calls [`KnownUsers::forget`].
const TTL: Duration = Duration::from_mins(1);
/// About 10 MB when full.
const CAPACITY: u64 = 100_000;

type Load<E> =
    dyn Fn(UserId) -> Pin<Box<dyn Future<Output = Result<bool, E>> + Send>> + Send + Sync;

/// Users that were seen to exist less than 60 s ago. Absence is never remembered.
///
/// Clones share what they know.
pub struct KnownUsers<E>(Arc<Inner<E>>);

struct Inner<E> {
    cache: Cache<UserId, ()>,
    /// Counts the calls of `forget`, so that an answer from before one is not kept.
    forgotten: AtomicU64,
    load: Box<Load<E>>,
}

impl<E> Clone for KnownUsers<E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<E> KnownUsers<E> {
    /// `load` asks the owner of the users whether one exists.
    pub fn new<F>(load: impl Fn(UserId) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<bool, E>> + Send + 'static,
    {
        Self::with_ttl(TTL, load)
    }

    fn with_ttl<F>(ttl: Duration, load: impl Fn(UserId) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<bool, E>> + Send + 'static,
    {
        Self(Arc::new(Inner {
            cache: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(ttl)
                .build(),
            forgotten: AtomicU64::new(0),
            load: Box::new(move |user| Box::pin(load(user))),
        }))
    }

    /// Whether the user exists. The error is the loader's.
    pub async fn exists(&self, user: UserId) -> Result<bool, E> {
        if self.0.cache.get(&user).await.is_some() {
            return Ok(true);
        }
        let before = self.0.forgotten.load(Ordering::SeqCst);
        let exists = (self.0.load)(user).await?;
        if exists {
            self.0.cache.insert(user, ()).await;
            if self.0.forgotten.load(Ordering::SeqCst) != before {
                self.0.cache.invalidate(&user).await;
            }
        }
        Ok(exists)
    }

    /// Asks again from now on: call it for every `user.deleted`.
    pub async fn forget(&self, user: UserId) {
        self.0.forgotten.fetch_add(1, Ordering::SeqCst);
        self.0.cache.invalidate(&user).await;
    }

    /// Asks again for everybody: call it when a deletion may have been missed.
    pub fn forget_all(&self) {
        self.0.forgotten.fetch_add(1, Ordering::SeqCst);
        self.0.cache.invalidate_all();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        sync::atomic::{AtomicBool, AtomicUsize},
    };

    use tokio::sync::Notify;

    use super::*;

    #[derive(Default)]
    struct Table {
        exists: AtomicBool,
        loads: AtomicUsize,
    }

    fn users(ttl: Duration) -> (Arc<Table>, KnownUsers<Infallible>) {
        let table = Arc::new(Table::default());
        let loaded = table.clone();
        let users = KnownUsers::with_ttl(ttl, move |_| {
            loaded.loads.fetch_add(1, Ordering::SeqCst);
            let exists = loaded.exists.load(Ordering::SeqCst);
            async move { Ok(exists) }
        });
        (table, users)
    }

    #[tokio::test]
    async fn presence_is_remembered_and_absence_is_not() {
        let (table, users) = users(TTL);
        let user = UserId::generate();
        assert_eq!(users.exists(user).await, Ok(false));
        table.exists.store(true, Ordering::SeqCst);
        assert_eq!(users.exists(user).await, Ok(true));
        assert_eq!(users.exists(user).await, Ok(true));
        assert_eq!(table.loads.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_forgotten_user_is_asked_for_again() {
        let (table, users) = users(TTL);
        let user = UserId::generate();
        table.exists.store(true, Ordering::SeqCst);
        assert_eq!(users.exists(user).await, Ok(true));
        table.exists.store(false, Ordering::SeqCst);
        users.forget(user).await;
        assert_eq!(users.exists(user).await, Ok(false));
    }

    #[tokio::test]
    async fn everybody_is_asked_for_again() {
        let (table, users) = users(TTL);
        let everybody = [UserId::generate(), UserId::generate()];
        table.exists.store(true, Ordering::SeqCst);
        for user in everybody {
            assert_eq!(users.exists(user).await, Ok(true));
        }
        table.exists.store(false, Ordering::SeqCst);
        users.forget_all();
        for user in everybody {
            assert_eq!(users.exists(user).await, Ok(false));
        }
    }

    #[tokio::test]
    async fn presence_expires() {
        let (table, users) = users(Duration::from_millis(20));
        let user = UserId::generate();
        table.exists.store(true, Ordering::SeqCst);
        assert_eq!(users.exists(user).await, Ok(true));
        table.exists.store(false, Ordering::SeqCst);
        let expired = async { while users.exists(user).await == Ok(true) {} };
        tokio::time::timeout(Duration::from_secs(5), expired)
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn an_answer_from_before_the_deletion_is_not_kept() {
        let (started, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (loading, proceed) = (started.clone(), go.clone());
        let users = KnownUsers::<Infallible>::new(move |_| {
            let (loading, proceed) = (loading.clone(), proceed.clone());
            async move {
                loading.notify_one();
                proceed.notified().await;
                Ok(true)
            }
        });
        let user = UserId::generate();

        let asked = users.clone();
        let answer = tokio::spawn(async move { asked.exists(user).await });
        started.notified().await;
        users.forget(user).await;
        go.notify_one();

        assert_eq!(answer.await.unwrap(), Ok(true));
        assert!(users.0.cache.get(&user).await.is_none());
    }

    #[tokio::test]
    async fn the_loaders_error_is_passed_on() {
        let users = KnownUsers::new(|_| async { Err::<bool, _>("no database") });
        assert_eq!(users.exists(UserId::generate()).await, Err("no database"));
    }
}
