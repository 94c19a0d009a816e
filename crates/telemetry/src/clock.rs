//! The wall clock, read in one place.

use jiff::{Timestamp, Unit};

#[cfg(feature = "simulated-clock")]
tokio::task_local! {
    static SIMULATED: Timestamp;
}

/// Runs a test's future as if it were that time.
#[cfg(feature = "simulated-clock")]
pub async fn at<F: Future>(now: Timestamp, future: F) -> F::Output {
    SIMULATED.scope(now, future).await
}

/// The current time in UTC, to the microsecond: what Postgres stores, so that
/// a time that went through the database equals the one that was written.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the edge the others take it from"
)]
pub fn now() -> Timestamp {
    #[cfg(feature = "simulated-clock")]
    if let Ok(now) = SIMULATED.try_with(|now| *now) {
        return now;
    }
    let now = Timestamp::now();
    now.round(
        jiff::TimestampRound::new()
            .smallest(Unit::Microsecond)
            .mode(jiff::RoundMode::Floor),
    )
    .unwrap_or(now)
}

#[cfg(test)]
mod tests {
    #[test]
    fn has_no_more_than_microseconds() {
        assert_eq!(super::now().as_nanosecond() % 1_000, 0);
    }
}
