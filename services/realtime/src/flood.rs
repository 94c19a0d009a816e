//! Whether a client sends too much.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

const WINDOW: Duration = Duration::from_secs(1);

/// Counts a client's messages in any window of one second.
pub struct Flood {
    limit: usize,
    recent: VecDeque<Instant>,
}

impl Flood {
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            recent: VecDeque::new(),
        }
    }

    /// Counts a message; true when there are more than the limit within a second.
    pub fn is_one_more_too_many(&mut self, now: Instant) -> bool {
        while let Some(oldest) = self.recent.front()
            && now.duration_since(*oldest) >= WINDOW
        {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
        self.recent.len() > self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_message_in_any_second_is_too_many() {
        let start = Instant::now();
        let mut flood = Flood::new(10);
        for n in 0..10 {
            assert!(!flood.is_one_more_too_many(start + Duration::from_millis(n * 99)));
        }
        assert!(flood.is_one_more_too_many(start + Duration::from_millis(999)));
    }

    #[test]
    fn ten_messages_in_every_second_are_not() {
        let start = Instant::now();
        let mut flood = Flood::new(10);
        for n in 0..1_000 {
            assert!(!flood.is_one_more_too_many(start + Duration::from_millis(n * 100)));
        }
    }
}
