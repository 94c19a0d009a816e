//! What only this service measures. The names of what all services measure are
//! in [`telemetry::metrics`].

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, histogram};

/// Tool calls, by `tool`, `from` (`mcp`, `chat`) and `outcome` (`done`, `refused`, `asked`).
const TOOL_CALLS_TOTAL: &str = "tool_calls_total";
/// Seconds that a tool call took, by `tool`.
const TOOL_CALL_DURATION_SECONDS: &str = "tool_call_duration_seconds";
/// Chats that are open.
pub(crate) const CHATS_OPEN: &str = "chats_open";
/// Answers of the model, by `outcome` (`answered`, `failed`).
const MODEL_REPLIES_TOTAL: &str = "model_replies_total";
/// Tokens that the model counted.
const MODEL_TOKENS_TOTAL: &str = "model_tokens_total";

pub(crate) fn describe() {
    describe_counter!(TOOL_CALLS_TOTAL, Unit::Count, "Tool calls");
    describe_histogram!(
        TOOL_CALL_DURATION_SECONDS,
        Unit::Seconds,
        "Time that a tool call took"
    );
    describe_gauge!(CHATS_OPEN, Unit::Count, "Chats that are open");
    describe_counter!(MODEL_REPLIES_TOTAL, Unit::Count, "Answers of the model");
    describe_counter!(
        MODEL_TOKENS_TOTAL,
        Unit::Count,
        "Tokens that the model counted"
    );
}

pub(crate) fn called(
    tool: &'static str,
    from: &'static str,
    outcome: &'static str,
    duration: Duration,
) {
    counter!(TOOL_CALLS_TOTAL, "tool" => tool, "from" => from, "outcome" => outcome).increment(1);
    histogram!(TOOL_CALL_DURATION_SECONDS, "tool" => tool).record(duration.as_secs_f64());
}

pub(crate) fn replied(outcome: &'static str, tokens: u64) {
    counter!(MODEL_REPLIES_TOTAL, "outcome" => outcome).increment(1);
    counter!(MODEL_TOKENS_TOTAL).increment(tokens);
}
