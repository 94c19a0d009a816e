//! Reminders and events out into the world: e-mail, web push, webhooks.

use clap::Parser;
use notifier::Config;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::parse();
    let _telemetry = telemetry::init("taskflow-notifier", &config.telemetry)?;
    let shutdown = telemetry::shutdown::on_signal()?;
    notifier::run(config, shutdown).await
}
