//! Everything that can be set, read once at start-up.

mod dlq;
mod rebuild;
mod replay;

use std::net::SocketAddr;

use axum::http::HeaderValue;
use clap::Parser;
use events::{Topic, UserId};
use secrecy::SecretString;

pub use dlq::{DlqCommand, DlqList, DlqReplay};
pub use rebuild::{RebuildArgs, VerifyLogArgs};
pub use replay::ReplayArgs;

/// REST, TaskService, the event log and its relay.
#[derive(Debug, Parser)]
#[command(name = "taskflow-backend", version)]
pub struct Config {
    /// Where REST is served.
    #[arg(long, env, default_value = "0.0.0.0:8000")]
    pub http_addr: SocketAddr,

    /// Dapr secret store that holds DATABASE_URL and BETTER_AUTH_SECRET.
    #[arg(long, env, default_value = "secrets")]
    pub secret_store: String,

    /// Name of the secret in that store.
    #[arg(long, env, default_value = "taskflow")]
    pub secret_name: String,

    /// Used when the secret store has no DATABASE_URL.
    #[arg(long, env, hide_env_values = true)]
    pub database_url: Option<SecretString>,

    /// Used when the secret store has no BETTER_AUTH_SECRET.
    #[arg(long, env, hide_env_values = true)]
    pub better_auth_secret: Option<SecretString>,

    /// Sessions may be signed with it, too, while one secret is exchanged for another. Used when
    /// the secret store has no `BETTER_AUTH_SECRET_ACCEPTED`.
    #[arg(long, env, hide_env_values = true)]
    pub better_auth_secret_accepted: Option<SecretString>,

    /// Connections to Postgres at most.
    #[arg(long, env, default_value_t = 20)]
    pub database_connections: u32,

    /// Origins that may call from a browser, separated by commas.
    #[arg(
        long,
        env,
        value_delimiter = ',',
        default_value = "http://localhost:3000"
    )]
    pub cors_origins: Vec<HeaderValue>,

    /// Requests a second and user, on average.
    #[arg(long, env, default_value = "50")]
    pub rate_limit_user: std::num::NonZeroU32,

    /// Requests a second and address, on average.
    #[arg(long, env, default_value = "200")]
    pub rate_limit_ip: std::num::NonZeroU32,

    /// Proxies in front that append to X-Forwarded-For; 0 believes only the socket's address.
    #[arg(long, env, default_value_t = 0)]
    pub trusted_proxies: usize,

    /// Events that a log may have which is imported.
    #[arg(long, env, default_value_t = 2_000_000)]
    pub import_events: u64,

    /// Ids of the users who are administrators, separated by commas.
    #[arg(long, env, value_delimiter = ',', value_parser = user)]
    pub admin_users: Vec<Option<UserId>>,

    /// The public key that browsers subscribe to web push with, base64url. Used when the secret
    /// store has no `VAPID_PUBLIC_KEY`. None: no web push.
    #[arg(long, env)]
    pub vapid_public_key: Option<String>,

    /// Lets webhooks and push subscriptions have http:// URLs, for development and tests.
    #[arg(long, env)]
    pub allow_http_destinations: bool,

    #[command(flatten)]
    pub auth: auth::AuthArgs,

    // For the one thing that Dapr cannot do: see what a topic holds. Used where the secret store
    // has none of these.
    #[command(flatten)]
    pub kafka: sidecar::KafkaArgs,

    #[command(flatten)]
    pub sidecar: sidecar::SidecarArgs,

    #[command(flatten)]
    pub telemetry: telemetry::TelemetryArgs,

    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Serve (the default).
    Serve,
    /// Bring the schema up to date and end, as `serve` does at its start. Takes DATABASE_URL
    /// from the environment and needs no sidecar.
    Migrate,
    /// Look at the relay between the event log and Kafka.
    Relay {
        #[command(subcommand)]
        command: RelayCommand,
    },
    /// Look at dead letters, publish them again, or give them up.
    Dlq {
        #[command(subcommand)]
        command: DlqCommand,
    },
    /// Publish events again from the log, such as after a topic was deleted.
    Replay(ReplayArgs),
    /// Fold the log once more and compare the tables with it, or replace them.
    Rebuild(RebuildArgs),
    /// Look for the first event that is not what was written.
    VerifyLog(VerifyLogArgs),
}

#[derive(Debug, clap::Subcommand)]
pub enum RelayCommand {
    /// How much is waiting to be published, and who leads.
    Status,
}

/// A user by their id; nobody where a list is empty.
fn user(id: &str) -> Result<Option<UserId>, String> {
    let id = id.trim();
    if id.is_empty() {
        return Ok(None);
    }
    id.parse()
        .map(Some)
        .map_err(|_| "not the id of a user".to_owned())
}

/// A topic by its name.
fn topic(name: &str) -> Result<Topic, String> {
    Topic::from_name(name).ok_or_else(|| {
        let known = Topic::ALL.map(Topic::name).join(", ");
        format!("there is no such topic; these are: {known}")
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const RUNBOOKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ops/runbooks");

    /// How runbooks call the program inside its container.
    const CALLED: &str = " -- /service ";

    #[test]
    fn the_commands_of_runbooks_exist() {
        let mut commands = 0;
        for entry in fs::read_dir(RUNBOOKS).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            let lines = text.lines();
            for command in lines.filter_map(|line| Some(line.split_once(CALLED)?.1)) {
                let words = [vec!["taskflow-backend"], words(command)].concat();
                let parsed = Config::try_parse_from(words);
                assert!(parsed.is_ok(), "{command}: {}", parsed.unwrap_err());
                commands += 1;
            }
        }
        assert!(commands > 0);
    }

    /// As a shell takes them apart; a letter's ID is made up.
    fn words(command: &str) -> Vec<&str> {
        let parts = command.split('\'').enumerate();
        let words = parts.flat_map(|(number, part)| match number % 2 {
            0 => part.split_whitespace().collect(),
            _ => vec![part],
        });
        words
            .map(|word| match word {
                "ID" => "0190c0de-0000-7000-8000-000000000001",
                _ => word,
            })
            .collect()
    }
}
