//! All services in one process, without Dapr.

use clap::Parser;
use standalone::config::{Command, Config};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::parse();
    let init = match config.command {
        None | Some(Command::Backend(backend::config::Command::Serve)) => telemetry::init,
        Some(_) => telemetry::init_command,
    };
    let _guard = init("taskflow", &config.telemetry)?;
    let shutdown = telemetry::shutdown::on_signal()?;
    standalone::run(config, shutdown).await
}
