//! How often somebody may come with a ticket that is none.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

const WINDOW: Duration = Duration::from_mins(1);

/// Counts by network the tickets and API tokens that the backend refused: each costs it a look-up,
/// and whoever guesses has many.
pub struct Refused {
    limit: u32,
    minute: Mutex<Minute>,
}

/// Forgotten as a whole, so that memory stays bounded by what a minute can bring.
struct Minute {
    since: Instant,
    counts: HashMap<IpAddr, u32>,
}

impl Refused {
    pub fn new(limit: u32) -> Self {
        let minute = Minute {
            since: Instant::now(),
            counts: HashMap::new(),
        };
        Self {
            limit,
            minute: Mutex::new(minute),
        }
    }

    /// Whether no more of a network's are looked up for now.
    pub fn is_enough(&self, network: IpAddr, now: Instant) -> bool {
        let minute = self.minute(now);
        let count = minute.counts.get(&network).copied();
        count.unwrap_or_default() >= self.limit
    }

    /// One more was refused.
    pub fn count(&self, network: IpAddr, now: Instant) {
        *self.minute(now).counts.entry(network).or_default() += 1;
    }

    fn minute(&self, now: Instant) -> MutexGuard<'_, Minute> {
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(minute.since) >= WINDOW {
            minute.since = now;
            minute.counts = HashMap::new();
        }
        minute
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_is_counted_apart_and_for_a_minute() {
        let refused = Refused::new(2);
        let (now, one, other) = (
            Instant::now(),
            "192.0.2.1".parse().unwrap(),
            "192.0.2.2".parse().unwrap(),
        );
        refused.count(one, now);
        assert!(!refused.is_enough(one, now));
        refused.count(one, now);
        assert!(refused.is_enough(one, now));
        assert!(!refused.is_enough(other, now));
        assert!(!refused.is_enough(one, now + WINDOW * 2));
    }
}
