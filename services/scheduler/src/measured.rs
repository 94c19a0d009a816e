//! What only this service measures. The names of what all services measure are
//! in [`telemetry::metrics`].

use events::Trigger;
use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};

/// What came due and was told of by a trigger, by `type`.
const TRIGGERS_TOTAL: &str = "triggers_total";
/// Seconds from when something came due until its trigger was published.
const TRIGGER_LATENESS_SECONDS: &str = "trigger_lateness_seconds";
/// Tasks whose next occurrence was asked for, by `outcome`.
const SPAWNS_TOTAL: &str = "spawns_total";

pub(crate) fn describe() {
    describe_counter!(
        TRIGGERS_TOTAL,
        Unit::Count,
        "What came due and was told of by a trigger"
    );
    describe_histogram!(
        TRIGGER_LATENESS_SECONDS,
        Unit::Seconds,
        "Time from when something came due until its trigger was published"
    );
    describe_counter!(
        SPAWNS_TOTAL,
        Unit::Count,
        "Tasks whose next occurrence was asked for"
    );
}

pub(crate) fn published(trigger: &Trigger) {
    let late = telemetry::clock::now().duration_since(trigger.due_at);
    let count = trigger.subjects().count() as u64;
    counter!(TRIGGERS_TOTAL, "type" => trigger.trigger_type.name()).increment(count);
    histogram!(TRIGGER_LATENESS_SECONDS).record(late.as_secs_f64().max(0.0));
}

pub(crate) fn spawned(outcome: &'static str) {
    counter!(SPAWNS_TOTAL, "outcome" => outcome).increment(1);
}
