//! Live events to browsers: WebSocket and SSE.

use clap::Parser;
use realtime::Config;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::parse();
    let _telemetry = telemetry::init("taskflow-realtime", &config.telemetry)?;
    let shutdown = telemetry::shutdown::on_signal()?;
    realtime::run(config, shutdown).await
}
