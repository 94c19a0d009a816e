//! What can be configured beside what the services read for themselves.

use std::{net::SocketAddr, path::PathBuf};

use clap::Parser;
use secrecy::SecretString;

/// All of TaskFlow in one process: REST, sockets, reminders, chat.
///
/// The services find their settings in the environment, under the names that `.env.example` lists.
#[derive(Debug, Parser)]
#[command(name = "taskflow", version)]
pub struct Config {
    /// Where everything is served.
    #[arg(long, env, default_value = "0.0.0.0:8000")]
    pub http_addr: SocketAddr,

    /// Where Postgres is. None: a server of our own, with its data in DATA_DIR.
    #[arg(long, env, hide_env_values = true)]
    pub database_url: Option<SecretString>,

    /// What our own Postgres keeps; the address of its database is in the file `database-url`.
    #[arg(long, env, default_value = "taskflow-data")]
    pub data_dir: PathBuf,

    // Without brokers, events stay in the database.
    #[command(flatten)]
    pub kafka: sidecar::KafkaArgs,

    #[command(flatten)]
    pub telemetry: telemetry::TelemetryArgs,

    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Look whether everything here can work, and say what to do where it cannot.
    Doctor,
    #[command(flatten)]
    Backend(backend::config::Command),
}
