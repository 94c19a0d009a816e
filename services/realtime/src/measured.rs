//! What only this service measures. The names of what all services measure are
//! in [`telemetry::metrics`].

use metrics::{Unit, describe_counter, describe_histogram};

/// Holes in the broadcast that were filled from the log, by connection.
pub const HOLES_FILLED_TOTAL: &str = "holes_filled_total";
/// Connections closed because they read too slowly.
pub const SLOW_CLIENTS_TOTAL: &str = "slow_clients_total";
/// Seconds from the upgrade request until the first batch was sent.
pub const SOCKET_CONNECT_SECONDS: &str = "socket_connect_seconds";

pub(crate) fn describe() {
    describe_counter!(
        HOLES_FILLED_TOTAL,
        Unit::Count,
        "Holes in the broadcast filled from the log"
    );
    describe_counter!(
        SLOW_CLIENTS_TOTAL,
        Unit::Count,
        "Connections closed because they read too slowly"
    );
    describe_histogram!(
        SOCKET_CONNECT_SECONDS,
        Unit::Seconds,
        "Time from the upgrade request until the first batch was sent"
    );
}
