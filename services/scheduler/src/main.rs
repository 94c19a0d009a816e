//! What has come due, and the occurrences that follow.

use clap::Parser;
use scheduler::Config;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::parse();
    let _telemetry = telemetry::init("taskflow-scheduler", &config.telemetry)?;
    let shutdown = telemetry::shutdown::on_signal()?;
    scheduler::run(config, shutdown).await
}
