//! Chat, ChatKit and MCP: people's agents, through one registry of tools.

use agent::{Arguments, Command, mcp::stdio};
use clap::Parser;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Arguments { command, config } = Arguments::parse();
    if let Some(Command::Mcp(desktop)) = command {
        return stdio::run(desktop).await;
    }
    let _telemetry = telemetry::init("taskflow-agent", &config.telemetry)?;
    let shutdown = telemetry::shutdown::on_signal()?;
    agent::run(config, shutdown).await
}
