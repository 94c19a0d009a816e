//! Names of the metrics, and their rendering for Prometheus.
//!
//! Record with the macros of the `metrics` crate and the names below:
//! `metrics::counter!(telemetry::metrics::FAILURES_TOTAL, "cause" => "timeout").increment(1)`.
//! Label values must come from a small fixed set, never from a caller.

use std::{sync::OnceLock, thread, time::Duration};

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

/// Requests answered, by `method`, `route`, `status`.
pub const HTTP_REQUESTS_TOTAL: &str = "http_requests_total";
/// Seconds until the response's head, by `method`, `route`, `status`.
pub const HTTP_REQUEST_DURATION_SECONDS: &str = "http_request_duration_seconds";
/// Events acknowledged by the broker, by `topic`.
pub const EVENTS_PUBLISHED_TOTAL: &str = "events_published_total";
/// Events handled, by `topic` and `outcome` (`done`, `retry`, `poison`).
pub const EVENTS_HANDLED_TOTAL: &str = "events_handled_total";
/// Seconds a handler took, by `topic`.
pub const EVENT_HANDLE_DURATION_SECONDS: &str = "event_handle_duration_seconds";
/// Seconds from an event's timestamp until it was handled, by `topic`.
pub const EVENT_LATENCY_SECONDS: &str = "event_latency_seconds";
/// Failures, by `cause`.
pub const FAILURES_TOTAL: &str = "failures_total";
/// Events written and not yet published.
pub const OUTBOX_DEPTH: &str = "outbox_depth";
/// Seconds since the oldest unpublished event was written; 0 when there is none.
pub const OUTBOX_OLDEST_AGE_SECONDS: &str = "outbox_oldest_age_seconds";
/// Events on a topic that this consumer has not handled, by `topic`.
pub const CONSUMER_LAG: &str = "consumer_lag";
/// Open sockets, by `kind` (`ws`, `sse`).
pub const SOCKETS_OPEN: &str = "sockets_open";
/// Messages handed to sockets, by `kind`.
pub const SOCKET_DELIVERIES_TOTAL: &str = "socket_deliveries_total";

/// Bounds in seconds: from a cached read to a stalled dependency.
const LATENCY_BUCKETS: [f64; 14] = [
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// How often collected samples are folded into their buckets. Between two
/// foldings they take memory, and nobody may ever scrape.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// The recorder is the process's, by the design of the `metrics` crate.
static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// Starts recording, once per process. Before it, recording does nothing.
pub fn install() -> Result<(), BuildError> {
    let handle = PrometheusBuilder::new()
        .set_buckets(&LATENCY_BUCKETS)?
        .install_recorder()?;
    describe();
    let upkeep = HANDLE.get_or_init(|| handle);
    thread::spawn(move || {
        loop {
            thread::sleep(UPKEEP_INTERVAL);
            upkeep.run_upkeep();
        }
    });
    Ok(())
}

/// Everything recorded, in Prometheus' text format; empty before [`install`].
pub fn render() -> String {
    HANDLE
        .get()
        .map(PrometheusHandle::render)
        .unwrap_or_default()
}

fn describe() {
    describe_counter!(HTTP_REQUESTS_TOTAL, Unit::Count, "Requests answered");
    describe_histogram!(
        HTTP_REQUEST_DURATION_SECONDS,
        Unit::Seconds,
        "Time until the response's head"
    );
    describe_counter!(
        EVENTS_PUBLISHED_TOTAL,
        Unit::Count,
        "Events acknowledged by the broker"
    );
    describe_counter!(EVENTS_HANDLED_TOTAL, Unit::Count, "Events handled");
    describe_histogram!(
        EVENT_HANDLE_DURATION_SECONDS,
        Unit::Seconds,
        "Time a handler took"
    );
    describe_histogram!(
        EVENT_LATENCY_SECONDS,
        Unit::Seconds,
        "Time from an event's timestamp until it was handled"
    );
    describe_counter!(FAILURES_TOTAL, Unit::Count, "Failures by cause");
    describe_gauge!(
        OUTBOX_DEPTH,
        Unit::Count,
        "Events written and not yet published"
    );
    describe_gauge!(
        OUTBOX_OLDEST_AGE_SECONDS,
        Unit::Seconds,
        "Age of the oldest unpublished event"
    );
    describe_gauge!(
        CONSUMER_LAG,
        Unit::Count,
        "Events not yet handled by this consumer"
    );
    describe_gauge!(SOCKETS_OPEN, Unit::Count, "Open sockets");
    describe_counter!(
        SOCKET_DELIVERIES_TOTAL,
        Unit::Count,
        "Messages handed to sockets"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_values_are_rendered_with_help_and_buckets() {
        // Another test may have installed it first.
        let _ = install();
        metrics::counter!(EVENTS_PUBLISHED_TOTAL, "topic" => "tasks.events").increment(3);
        metrics::histogram!(EVENT_LATENCY_SECONDS, "topic" => "tasks.events").record(0.0004);

        let text = render();
        for line in [
            "# HELP events_published_total Events acknowledged by the broker",
            "# TYPE events_published_total counter",
            "events_published_total{topic=\"tasks.events\"} 3",
            "# TYPE event_latency_seconds histogram",
            "event_latency_seconds_bucket{topic=\"tasks.events\",le=\"0.0005\"} 1",
            "event_latency_seconds_bucket{topic=\"tasks.events\",le=\"10\"} 1",
            "event_latency_seconds_count{topic=\"tasks.events\"} 1",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn it_cannot_be_installed_twice() {
        let _ = install();
        assert!(install().is_err());
    }
}
