//! Breaks and mends the product while a browser watches.

use anyhow::{Context, Result, bail};
use children::Process;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::Theatre;
use crate::progress::Progress;

/// Answers until the end of the world: a line for each connection, such as `kill backend` or
/// `set frontend APP_URL=…`, and `ok` when it is done, or what went wrong.
pub(super) async fn serve(theatre: &Theatre) -> Result<()> {
    loop {
        let (stream, _) = theatre.stagehand.accept().await?;
        answer(theatre, stream).await?;
    }
}

async fn answer(theatre: &Theatre, stream: TcpStream) -> Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let answer = match obey(theatre, line.trim()).await {
        Ok(()) => "ok".to_owned(),
        Err(error) => format!("{line}: {error:#}"),
    };
    stream.write_all(answer.as_bytes()).await?;
    Ok(stream.shutdown().await?)
}

async fn obey(theatre: &Theatre, order: &str) -> Result<()> {
    let (verb, name) = order.split_once(' ').context("not an order")?;
    match verb {
        "kill" => process(theatre, name)?.kill9().await,
        "start" => start(theatre, name).await,
        "set" => set(theatre, name).await,
        _ => bail!("there is no such order"),
    }
}

fn process<'a>(theatre: &'a Theatre, name: &str) -> Result<&'a Process> {
    Ok(match name {
        "frontend" => theatre.frontend.process(),
        "kafka" => theatre.infra.kafka()?.process(),
        "postgres" => theatre.infra.postgres().process(),
        _ => &theatre.stack.app(name)?.service,
    })
}

/// Starts it again, and waits until it works.
async fn start(theatre: &Theatre, name: &str) -> Result<()> {
    match name {
        "frontend" => theatre.frontend.restart().await,
        "kafka" => theatre.infra.kafka()?.restart().await,
        "postgres" => theatre.infra.postgres().restart().await,
        _ => {
            let app = theatre.stack.app(name)?;
            app.service.restart().await?;
            app.ready(&Progress::hidden()).await
        }
    }
}

/// Starts the front end or a service with another value of a variable, until it is started again.
async fn set(theatre: &Theatre, order: &str) -> Result<()> {
    let (name, setting) = order.split_once(' ').context("not a setting")?;
    let (key, value) = setting.split_once('=').context("not a setting")?;
    if name == "frontend" {
        // It would wait for whoever is connected.
        theatre.frontend.process().kill9().await?;
        return theatre.frontend.restart_with(key, value).await;
    }
    let app = theatre.stack.app(name)?;
    app.service.restart_with(key, value).await?;
    app.ready(&Progress::hidden()).await
}
