//! What can be configured, by arguments or the environment.

use std::{
    net::SocketAddr,
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};

use axum::http::HeaderValue;
use clap::{Args, Parser, Subcommand};
use secrecy::SecretString;

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "taskflow-agent",
    about = "Chat, ChatKit and MCP: people's agents",
    version,
    args_conflicts_with_subcommands = true
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub config: Config,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve MCP on standard input and output, for desktop clients
    Mcp(Desktop),
}

/// How a desktop client reaches a TaskFlow.
#[derive(Clone, Debug, Args)]
pub struct Desktop {
    /// Where TaskFlow's MCP server is
    #[arg(
        long,
        env = "TASKFLOW_MCP_URL",
        default_value = "http://localhost:8004/mcp"
    )]
    pub url: String,

    /// An API token from the app's settings; others on this machine can read a command line, and
    /// not the environment
    #[arg(long, env = "TASKFLOW_TOKEN", hide_env_values = true)]
    pub token: SecretString,
}

/// The configuration of the service.
#[derive(Clone, Debug, Args)]
pub struct Config {
    /// Where to listen for clients.
    #[arg(long, env, default_value = "0.0.0.0:8004")]
    pub http_addr: SocketAddr,

    /// Where people find the app: they say yes there, and MCP is below it too.
    #[arg(long, env, default_value = "http://localhost:3000")]
    pub app_url: String,

    /// Origins whose pages may ask, separated by commas.
    #[arg(
        long,
        env,
        value_delimiter = ',',
        default_value = "http://localhost:3000"
    )]
    pub cors_origins: Vec<HeaderValue>,

    /// Names under which MCP clients may reach us beside this machine's and the app's, separated
    /// by commas.
    #[arg(long, env, value_delimiter = ',')]
    pub mcp_hosts: Vec<String>,

    /// Proxies in front that append to X-Forwarded-For; 0 believes only the socket's address.
    #[arg(long, env, default_value_t = 0)]
    pub trusted_proxies: usize,

    /// The secret store component to ask for `OPENAI_API_KEY` and `BETTER_AUTH_SECRET`.
    #[arg(long, env, default_value = "secrets")]
    pub secret_store: String,

    /// The secret in that store.
    #[arg(long, env, default_value = "taskflow")]
    pub secret_name: String,

    /// Seals what MCP clients carry for us; used when the secret store does not have it.
    #[arg(long, env, hide_env_values = true)]
    pub better_auth_secret: Option<SecretString>,

    #[command(flatten)]
    pub chat: ChatArgs,

    #[command(flatten)]
    pub model: ModelArgs,

    #[command(flatten)]
    pub sidecar: sidecar::SidecarArgs,

    #[command(flatten)]
    pub telemetry: telemetry::TelemetryArgs,
}

/// How many people may talk at a time.
#[derive(Clone, Debug, Args)]
pub struct ChatArgs {
    /// Chats that may be open at a time.
    #[arg(long, env, default_value = "128")]
    pub chats: NonZeroUsize,

    /// And of these, of one user.
    #[arg(long, env, default_value = "8")]
    pub chats_per_user: NonZeroUsize,
}

/// The language model, and how much of it one message may use.
#[derive(Clone, Debug, Args)]
pub struct ModelArgs {
    /// Used when the secret store has no key. Without any, a built-in command reader answers.
    #[arg(long, env, hide_env_values = true)]
    pub openai_api_key: Option<SecretString>,

    /// Any endpoint that is compatible with OpenAI's chat completions.
    #[arg(long, env, default_value = "https://api.openai.com/v1")]
    pub openai_base_url: String,

    #[arg(long, env, default_value = "gpt-4o")]
    pub openai_model: String,

    /// Seconds that one answer of the model may take.
    #[arg(long, env, default_value = "60", value_parser = seconds)]
    pub model_timeout: Duration,

    /// Answers of the model to one message.
    #[arg(long, env, default_value = "8")]
    pub model_steps: NonZeroU32,

    /// Tool calls that come of one message.
    #[arg(long, env, default_value = "32")]
    pub model_calls: NonZeroU32,

    /// Tokens that one message may cost, of prompts and answers together.
    #[arg(long, env, default_value = "100000")]
    pub model_tokens: NonZeroU32,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds")?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("must be more than 0 seconds".to_owned()),
    }
}
