//! Live events to browsers: WebSocket and SSE.

use clap::Parser;
use taskflow_realtime::Config;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::parse();
    let _telemetry = telemetry::init("realtime", &config.telemetry)?;
    let shutdown = telemetry::shutdown::on_signal()?;
    taskflow_realtime::run(config, shutdown).await
}
