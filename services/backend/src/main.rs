//! Wiring only.

use backend::config::{Command, Config};
use clap::Parser;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::parse();
    let init = match config.command {
        Some(Command::Serve) | None => telemetry::init,
        Some(_) => telemetry::init_command,
    };
    let _guard = init("taskflow-backend", &config.telemetry)?;
    let shutdown = telemetry::shutdown::on_signal()?;
    backend::run(config, shutdown).await
}
