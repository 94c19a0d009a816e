//! What only this service measures. The names of what all services measure are
//! in [`telemetry::metrics`].

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};

use crate::attempt::Attempt;

/// Attempts to deliver something, by `channel` and `outcome`.
const DELIVERIES_TOTAL: &str = "deliveries_total";
/// Seconds an attempt took, by `channel`.
const DELIVERY_DURATION_SECONDS: &str = "delivery_duration_seconds";

pub(crate) fn describe() {
    describe_counter!(
        DELIVERIES_TOTAL,
        Unit::Count,
        "Attempts to deliver something"
    );
    describe_histogram!(
        DELIVERY_DURATION_SECONDS,
        Unit::Seconds,
        "Time an attempt took"
    );
}

pub(crate) fn delivery(channel: &'static str, attempt: &Attempt, took: Duration) {
    let outcome = attempt.outcome.name();
    counter!(DELIVERIES_TOTAL, "channel" => channel, "outcome" => outcome).increment(1);
    histogram!(DELIVERY_DURATION_SECONDS, "channel" => channel).record(took.as_secs_f64());
}
