//! `replay`, against a loop that publishes the very same bulks through the same sidecar.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use events::Topic;
use tokio::process::Command;
use tokio::time::sleep;
use xtask::workspace;

use super::Effort;
use super::relay::{BULK, publish, published, write};
use crate::cpu::Cores;
use crate::report::{Finding, Limit, figure};
use crate::stage::Stage;
use crate::stats::{median, number};
use crate::topic::Records;

pub(super) const NAME: &str = "replay";
pub(super) const USERS: u32 = 64;

pub(super) async fn measure(stage: &Stage, effort: Effort) -> Result<Vec<Finding>> {
    // As for the relay, nobody reads along.
    stage.realtime()?.stop().await?;
    write(stage, effort.backlog).await?;
    stage.drained().await?;
    let records = stage.records(Topic::Tasks).await?;
    let events = records.since(&[0; Topic::PARTITIONS as usize]).await?;
    let (mut ours, mut bare, mut cores) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.rounds.div_ceil(2) {
        let starts = records.ends().await?;
        let (rate, used) = replay(stage, &records, &starts, events).await?;
        ours.push(rate);
        cores.push(used);
        let messages = published(stage, &records, &starts, events).await?;
        bare.push(publish(stage, &records, &messages).await?);
    }
    Ok(vec![Finding {
        bench: NAME,
        what: "events a second ÷ a bare bulk-publish loop",
        unit: "",
        rounds: ours
            .iter()
            .zip(&bare)
            .map(|(ours, bare)| ours / bare)
            .collect(),
        limit: Limit::AtLeast(0.8),
        detail: format!(
            "The replay {}/s, the loop {}/s: {} events of the log, bulks of {BULK}, one in \
             flight, through the same daprd. Every event read back from the topic once.",
            figure(median(&ours)),
            figure(median(&bare)),
            figure(number(events)),
        ),
        cores: Some(Cores::mean(&cores)),
    }])
}

/// Runs the command, and times it by what arrives: its start is not the replay's, so the clock
/// begins with the first bulk.
async fn replay(
    stage: &Stage,
    records: &Records,
    starts: &[i64],
    events: usize,
) -> Result<(f64, Cores)> {
    let mut command = Command::new(workspace::root().join("target/release/taskflow-backend"))
        .args(["replay", "--topic", Topic::Tasks.name(), "--rate", "0"])
        .env(
            "DAPR_GRPC_PORT",
            stage.backend()?.dapr_grpc_port()?.to_string(),
        )
        .env("DAPR_API_TOKEN", stage.secret("DAPR_API_TOKEN")?)
        .env("APP_API_TOKEN", stage.secret("APP_API_TOKEN")?)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let waiting = Instant::now();
    let mut first = 0;
    while first == 0 {
        ensure!(
            waiting.elapsed() < Duration::from_secs(30),
            "no replay begins"
        );
        sleep(Duration::from_millis(5)).await;
        first = records.since(starts).await?;
    }
    let started = Instant::now();
    let cpu = stage.cpu()?;
    let mut now = first;
    while now < events {
        ensure!(
            started.elapsed() < Duration::from_mins(2),
            "the replay does not get done"
        );
        sleep(Duration::from_millis(20)).await;
        now = records.since(starts).await?;
    }
    let rate = number(now - first) / started.elapsed().as_secs_f64();
    let cores = cpu.until(&stage.cpu()?);
    ensure!(command.wait().await?.success(), "the replay failed");
    let arrived = records.since(starts).await?;
    ensure!(arrived == events, "{arrived} of {events} on the topic");
    Ok((rate, cores))
}
