//! Wiring only.

use backend::config::Config;
use clap::Parser;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::parse();
    let _guard = telemetry::init("taskflow-backend", &config.telemetry)?;
    let shutdown = telemetry::shutdown::on_signal()?;
    backend::run(config, shutdown).await
}
