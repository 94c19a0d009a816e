//! What can be configured, by arguments or the environment.

use std::{net::SocketAddr, time::Duration};

use clap::{Args, Parser};
use secrecy::SecretString;

use crate::reach::Allowed;

/// The configuration of the service.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "notifier",
    about = "Reminders and events out into the world: e-mail, web push, webhooks",
    version
)]
pub struct Config {
    /// Where to listen for health checks and metrics.
    #[arg(long, env, default_value = "0.0.0.0:8003")]
    pub http_addr: SocketAddr,

    /// The secret store component to ask for the secrets below.
    #[arg(long, env, default_value = "secrets")]
    pub secret_store: String,

    /// The secret in that store.
    #[arg(long, env, default_value = "taskflow")]
    pub secret_name: String,

    /// Where the app is, for links.
    #[arg(long, env, default_value = "http://localhost:3000")]
    pub app_url: String,

    /// What people's webhooks and push subscriptions may reach although it is not on the public
    /// internet, at any port: networks and hosts' names, separated by commas.
    #[arg(long, env, value_delimiter = ',')]
    pub webhook_allow: Vec<Allowed>,

    /// Seconds that a webhook or a push service has to answer.
    #[arg(long, env, default_value = "10", value_parser = seconds)]
    pub webhook_timeout: Duration,

    #[command(flatten)]
    pub email: EmailArgs,

    #[command(flatten)]
    pub push: PushArgs,

    #[command(flatten)]
    pub sidecar: sidecar::SidecarArgs,

    #[command(flatten)]
    pub telemetry: telemetry::TelemetryArgs,
}

/// How e-mail is sent. The secrets count where the secret store does not have them.
#[derive(Args, Clone, Debug)]
pub struct EmailArgs {
    /// `smtp://user:password@host:port`, with `?tls=required` for STARTTLS, or `smtps://` for TLS
    /// from the start. None: no e-mail.
    #[arg(long, env, hide_env_values = true)]
    pub smtp_url: Option<SecretString>,

    /// A certificate in PEM that vouches for the mail server, besides those this machine trusts.
    #[arg(long, env)]
    pub smtp_ca_cert: Option<String>,

    /// Seconds that the mail server has to take an e-mail.
    #[arg(long, env, default_value = "30", value_parser = seconds)]
    pub smtp_timeout: Duration,

    /// In whose name reminders are written.
    #[arg(long, env, default_value = "TaskFlow <taskflow@localhost>")]
    pub mail_from: String,
}

/// How web push is sent. The secrets count where the secret store does not have them.
#[derive(Args, Clone, Debug)]
#[expect(clippy::struct_field_names, reason = "the names of the variables")]
pub struct PushArgs {
    /// 32 bytes, base64url. None: no web push.
    #[arg(long, env, hide_env_values = true)]
    pub vapid_private_key: Option<SecretString>,

    /// What belongs to it: 65 bytes, base64url. Browsers subscribe with it.
    #[arg(long, env)]
    pub vapid_public_key: Option<String>,

    /// Where push services reach whoever runs this: `mailto:` or `https://`.
    #[arg(long, env, default_value = "mailto:taskflow@localhost")]
    pub vapid_subject: String,
}

/// Two minutes after an attempt was begun the backend takes its outcome for unknown.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds")?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() && duration <= Duration::from_mins(1) => Ok(duration),
        _ => Err("must be more than 0 and at most 60 seconds".to_owned()),
    }
}
