//! Turns at sending, so that a destination that hangs delays nobody else.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How much goes on at a time.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// To one destination.
    pub each: usize,
    /// Waiting for one destination, besides.
    pub waiting: usize,
    /// In all.
    pub all: usize,
}

/// A lane for each destination that anything is sent to. Clones share them.
#[derive(Clone)]
pub struct Lanes(Arc<Inner>);

struct Inner {
    limits: Limits,
    all: Arc<Semaphore>,
    lanes: Mutex<HashMap<String, Lane>>,
}

struct Lane {
    turns: Arc<Semaphore>,
    /// How many send or wait.
    crowd: usize,
}

/// A turn at sending, over when dropped.
pub struct Turn {
    // In this order: the place in the lane is the last to go.
    _permits: [OwnedSemaphorePermit; 2],
    _place: Place,
}

/// Too many wait for the destination already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowded;

struct Place {
    lanes: Lanes,
    destination: String,
}

impl Lanes {
    pub fn new(limits: Limits) -> Self {
        Self(Arc::new(Inner {
            limits,
            all: Arc::new(Semaphore::new(limits.all)),
            lanes: Mutex::default(),
        }))
    }

    /// Waits for a turn at sending to this destination.
    pub async fn turn(&self, destination: &str) -> Result<Turn, Crowded> {
        self.turn_among(destination, self.0.limits.waiting).await
    }

    /// Waits for it, if no more than so many do.
    pub async fn turn_among(&self, destination: &str, waiting: usize) -> Result<Turn, Crowded> {
        let (place, turns) = self.join(destination, waiting)?;
        // That of the lane first: who waits for a slow destination must not hold one of all.
        let own = turns.acquire_owned().await.map_err(|_| Crowded)?;
        let all = Arc::clone(&self.0.all).acquire_owned().await;
        Ok(Turn {
            _permits: [own, all.map_err(|_| Crowded)?],
            _place: place,
        })
    }

    fn join(&self, destination: &str, waiting: usize) -> Result<(Place, Arc<Semaphore>), Crowded> {
        let each = self.0.limits.each;
        let mut lanes = self.lock();
        let lane = lanes.entry(destination.to_owned()).or_insert_with(|| Lane {
            turns: Arc::new(Semaphore::new(each)),
            crowd: 0,
        });
        if lane.crowd >= each + waiting {
            return Err(Crowded);
        }
        lane.crowd += 1;
        let place = Place {
            lanes: self.clone(),
            destination: destination.to_owned(),
        };
        Ok((place, Arc::clone(&lane.turns)))
    }

    // A panic elsewhere while holding the lock left a complete value behind.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Lane>> {
        self.0.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lanes = self.lanes.lock();
        let Some(lane) = lanes.get_mut(&self.destination) else {
            return;
        };
        lane.crowd -= 1;
        if lane.crowd == 0 {
            lanes.remove(&self.destination);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    const LIMITS: Limits = Limits {
        each: 1,
        waiting: 1,
        all: 2,
    };

    #[tokio::test]
    async fn a_destination_takes_no_more_than_its_own_turns() {
        let lanes = Lanes::new(LIMITS);
        let slow = lanes.turn("slow").await.unwrap();
        let mut next = Box::pin(lanes.turn("slow"));
        assert!(next.as_mut().now_or_never().is_none());
        assert_eq!(lanes.turn("slow").await.err(), Some(Crowded));

        let other = lanes.turn("other").now_or_never().unwrap().unwrap();
        let mut third = Box::pin(lanes.turn("third"));
        assert!(third.as_mut().now_or_never().is_none(), "two in all");
        drop(other);
        drop(third.await.unwrap());

        drop(slow);
        drop(next.await.unwrap());
        assert!(lanes.lock().is_empty());
    }

    #[tokio::test]
    async fn who_gives_up_waiting_leaves_no_trace() {
        let lanes = Lanes::new(LIMITS);
        let first = lanes.turn("slow").await.unwrap();
        let mut second = Box::pin(lanes.turn("slow"));
        assert!(second.as_mut().now_or_never().is_none());
        drop(second);
        let mut third = Box::pin(lanes.turn("slow"));
        assert!(third.as_mut().now_or_never().is_none(), "not crowded");
        drop(first);
        drop(third.await.unwrap());
        assert!(lanes.lock().is_empty());
    }
}
