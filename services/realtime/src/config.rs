//! What can be configured, by arguments or the environment.

use std::{net::SocketAddr, time::Duration};

use axum::http::HeaderValue;
use clap::{Args, Parser};
use secrecy::SecretString;

/// The configuration of the service.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "realtime",
    about = "Live events to browsers: WebSocket and SSE",
    version
)]
pub struct Config {
    /// Where to listen for sockets.
    #[arg(long, env, default_value = "0.0.0.0:8001")]
    pub http_addr: SocketAddr,

    /// Origins whose pages may connect, separated by commas.
    #[arg(
        long,
        env,
        value_delimiter = ',',
        default_value = "http://localhost:3000"
    )]
    pub cors_origins: Vec<HeaderValue>,

    /// The secret store component to ask for `BETTER_AUTH_SECRET`.
    #[arg(long, env, default_value = "secrets")]
    pub secret_store: String,

    /// The secret in that store.
    #[arg(long, env, default_value = "taskflow")]
    pub secret_name: String,

    /// Signs sessions; used when the secret store does not have it.
    #[arg(long, env, hide_env_values = true)]
    pub better_auth_secret: Option<SecretString>,

    /// Sessions may be signed with it, too, while one secret is exchanged for another.
    #[arg(long, env, hide_env_values = true)]
    pub better_auth_secret_accepted: Option<SecretString>,

    /// Proxies in front that append to X-Forwarded-For; 0 believes only the socket's address.
    #[arg(long, env, default_value_t = 0)]
    pub trusted_proxies: usize,

    #[command(flatten)]
    pub limits: Limits,

    #[command(flatten)]
    pub auth: auth::AuthArgs,

    #[command(flatten)]
    pub sidecar: sidecar::SidecarArgs,

    #[command(flatten)]
    pub telemetry: telemetry::TelemetryArgs,
}

/// How much one connection may take.
#[derive(Args, Clone, Copy, Debug)]
pub struct Limits {
    /// Events that wait for one connection before it counts as slow.
    #[arg(long, env, default_value_t = 1024)]
    pub socket_queue: usize,

    /// Connections one user may have on this replica.
    #[arg(long, env, default_value_t = 50)]
    pub sockets_per_user: usize,

    /// Tickets and API tokens from one address that may turn out to be none, a minute.
    #[arg(long, env, default_value_t = 60)]
    pub refused_per_minute: u32,

    /// Messages a client may send in any second.
    #[arg(long, env, default_value_t = 10)]
    pub socket_messages_per_second: usize,

    /// Bytes a client's message may have.
    #[arg(long, env, default_value_t = 4096)]
    pub socket_message_bytes: usize,

    /// Seconds without a sign of life until a socket is closed.
    #[arg(long, env, default_value = "300", value_parser = seconds)]
    pub socket_inactivity: Duration,

    /// Seconds between pings.
    #[arg(long, env, default_value = "30", value_parser = seconds)]
    pub socket_ping: Duration,

    /// Seconds between comparisons with the log's heads.
    #[arg(long, env, default_value = "5", value_parser = seconds)]
    pub head_sweep: Duration,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds")?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("must be more than 0 seconds".to_owned()),
    }
}
