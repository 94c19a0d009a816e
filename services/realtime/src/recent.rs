//! How far the logs of users reach, by what was published lately.
//!
//! The part of the log that a ticket brings along was read before its connection was in the hub.
//! What was published between the two has passed by; this is how the connection hears of it.

use std::{
    collections::HashMap,
    mem,
    time::{Duration, Instant},
};

use events::UserId;

/// Longer than a call that uses up a ticket may take.
const KEPT: Duration = Duration::from_secs(10);

/// The newest `seq` of everybody of whom something was published lately.
pub struct Recent {
    begun: Instant,
    newest: HashMap<UserId, u64>,
    /// From before `begun`.
    older: HashMap<UserId, u64>,
}

impl Recent {
    pub fn new(now: Instant) -> Self {
        Self {
            begun: now,
            newest: HashMap::new(),
            older: HashMap::new(),
        }
    }

    /// Takes note of an event that was published, in any order.
    pub fn note(&mut self, user: UserId, seq: u64, now: Instant) {
        self.forget(now);
        let known = self.newest.entry(user).or_default();
        *known = seq.max(*known);
    }

    /// How far the user's log reaches at least; 0 when nothing is known.
    pub fn head(&mut self, user: UserId, now: Instant) -> u64 {
        self.forget(now);
        let known = [&self.newest, &self.older].map(|heads| heads.get(&user).copied());
        known.into_iter().flatten().max().unwrap_or(0)
    }

    fn forget(&mut self, now: Instant) {
        let age = now.duration_since(self.begun);
        if age > KEPT {
            let newest = mem::take(&mut self.newest);
            self.older = if age > 2 * KEPT {
                HashMap::new()
            } else {
                newest
            };
            self.begun = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_known_for_as_long_as_a_ticket_may_take() {
        let start = Instant::now();
        let (user, other) = (UserId::generate(), UserId::generate());
        let mut recent = Recent::new(start);
        assert_eq!(recent.head(user, start), 0);
        for seq in [4, 5, 3] {
            recent.note(user, seq, start + KEPT);
        }
        let after = |more| start + KEPT + Duration::from_millis(more);
        recent.note(other, 1, after(1));
        let heads = [user, other].map(|each| recent.head(each, after(1)));
        assert_eq!(heads, [5, 1]);
        // A late copy says nothing new.
        recent.note(user, 2, after(2));
        assert_eq!(recent.head(user, after(2)), 5);
    }

    #[test]
    fn what_was_long_ago_is_forgotten() {
        let start = Instant::now();
        let (user, other) = (UserId::generate(), UserId::generate());
        let mut recent = Recent::new(start);
        recent.note(user, 5, start);
        for n in 1..=2 {
            recent.note(other, 1, start + KEPT * n + Duration::from_millis(n.into()));
        }
        assert_eq!(recent.head(user, start + KEPT * 2), 0);
        // Also where nothing was published since.
        assert_eq!(recent.head(other, start + KEPT * 5), 0);
    }
}
