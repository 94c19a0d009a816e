//! What can be configured, by arguments or the environment.

use std::{net::SocketAddr, num::NonZeroU32};

use clap::Parser;

/// The configuration of the service.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "scheduler",
    about = "What has come due, and the occurrences that follow",
    version
)]
pub struct Config {
    /// Where to listen for health checks and metrics.
    #[arg(long, env, default_value = "0.0.0.0:8002")]
    pub http_addr: SocketAddr,

    /// How much of what has come due is told of in a second at most.
    #[arg(long, env, default_value = "5000")]
    pub triggers_per_second: NonZeroU32,

    /// Seconds within which what was taken on is not taken on again. It should be longer than the
    /// work takes, and is how late something comes whose scheduler died. Behind many others it is
    /// taken on for longer.
    #[arg(long, env, default_value = "30")]
    pub lease_seconds: NonZeroU32,

    #[command(flatten)]
    pub sidecar: sidecar::SidecarArgs,

    #[command(flatten)]
    pub telemetry: telemetry::TelemetryArgs,
}
