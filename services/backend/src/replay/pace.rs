//! How fast a replay goes, and how it says so.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::session::Position;

/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_secs(1);

pub(super) struct Pace {
    /// Events a second at most; 0 for no limit.
    rate: u32,
    next: Instant,
    started: Instant,
    tell_at: Instant,
    published: usize,
    /// The ids that it goes through.
    first: i64,
    until: i64,
}

impl Pace {
    pub(super) fn new(rate: u32, position: &Position) -> Self {
        let now = Instant::now();
        Self {
            rate,
            next: now,
            started: now,
            tell_at: now + TELL_EVERY,
            published: 0,
            first: position.done,
            until: position.until,
        }
    }

    /// The size of a bulk, such that none takes up more than a second.
    pub(super) fn bulk(&self, most: usize) -> usize {
        match usize::try_from(self.rate) {
            Ok(0) | Err(_) => most,
            Ok(rate) => rate.min(most),
        }
    }

    /// Waits until the next bulk's turn, after `events` were published and the log was gone
    /// through up to `done`.
    pub(super) async fn after(&mut self, events: usize, done: i64) {
        self.published += events;
        let now = Instant::now();
        if self.tell_at <= now {
            self.tell_at = now + TELL_EVERY;
            self.tell(now, done);
        }
        if self.rate > 0 {
            // What was too slow is not made up for by a rush.
            let due = u32::try_from(events).unwrap_or(u32::MAX);
            self.next = self.next.max(now) + Duration::from_secs(1) * due / self.rate;
            sleep_until(self.next).await;
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "for people to read")]
    fn tell(&self, now: Instant, done: i64) {
        let seconds = now.duration_since(self.started).as_secs_f64();
        let rate = self.published as f64 / seconds;
        let part = (done - self.first) as f64 / (self.until - self.first).max(1) as f64;
        let (published, percent) = (self.published, 100.0 * part);
        eprintln!("{published} events published, {rate:.0}/s, {percent:.0} % of the log");
    }
}
