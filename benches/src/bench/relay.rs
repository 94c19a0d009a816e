//! The relay, against a loop that publishes the very same bulks through the same sidecar.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use events::{EventId, Topic};
use sidecar::{Message, Sidecar, SidecarArgs};
use tokio::task::JoinSet;
use tokio::time::sleep;
use uuid::Uuid;

use super::Effort;
use crate::cpu::Cores;
use crate::http::{self, Client};
use crate::report::{Finding, Limit, figure};
use crate::stage::Stage;
use crate::stats::{median, number};
use crate::topic::Records;

pub(super) const NAME: &str = "relay";
pub(super) const USERS: u32 = 64;

/// Entries of one bulk: what the relay takes at a time, and a replay.
pub(super) const BULK: usize = 300;

/// Creates in one request: few, so that a bulk holds events of many users.
const BATCH: usize = 10;

/// Requests at a time while the backlog is made.
const WRITERS: usize = 8;

pub(super) async fn measure(stage: &Stage, effort: Effort) -> Result<Vec<Finding>> {
    // Nobody reads along: only publishing is measured, and the ratio is not softened by work
    // that both sides have in common.
    stage.realtime()?.stop().await?;
    let records = stage.records(Topic::Tasks).await?;
    let (mut ours, mut bare, mut cores) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.rounds.div_ceil(2) {
        let starts = records.ends().await?;
        let (rate, used) = drain(stage, effort.backlog).await?;
        ours.push(rate);
        cores.push(used);
        let messages = published(stage, &records, &starts, effort.backlog).await?;
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
            "The relay {}/s, the loop {}/s: {} events waiting, bulks of {BULK}, one in flight, \
             through the same daprd. Every event read back from the topic once.",
            figure(median(&ours)),
            figure(median(&bare)),
            figure(number(effort.backlog)),
        ),
        cores: Some(Cores::mean(&cores)),
    }])
}

/// Makes a backlog while the relay has no sidecar, then times how fast it goes.
async fn drain(stage: &Stage, backlog: usize) -> Result<(f64, Cores)> {
    let sidecar = stage.backend()?.sidecar()?;
    sidecar.terminate(Duration::from_secs(10)).await?;
    write(stage, backlog).await?;
    let published = Published::of(stage).await?;
    let before = published.count().await?;
    sidecar.restart().await?;
    // The start of the sidecar is not the relay's: the clock starts with the first bulk.
    let mut first = published.count().await?;
    while first == before {
        sleep(Duration::from_millis(5)).await;
        first = published.count().await?;
    }
    let started = Instant::now();
    let cpu = stage.cpu()?;
    let mut now = first;
    while now < before + backlog {
        ensure!(
            started.elapsed() < Duration::from_mins(2),
            "the relay does not get done"
        );
        sleep(Duration::from_millis(20)).await;
        now = published.count().await?;
    }
    let rate = number(now - first) / started.elapsed().as_secs_f64();
    let cores = cpu.until(&stage.cpu()?);
    stage.drained().await?;
    Ok((rate, cores))
}

/// Writes so many events.
pub(super) async fn write(stage: &Stage, events: usize) -> Result<()> {
    let before = stage.events().await?;
    let client = Arc::new(Client::new(stage.rest()?));
    let requests: Vec<_> = stage
        .users()
        .iter()
        .map(|user| user.create_many(BATCH, ""))
        .collect();
    let requests: Arc<[Vec<u8>]> = requests.into();
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (client, requests) = (Arc::clone(&client), Arc::clone(&requests));
        writers.spawn(async move {
            for n in (writer..events / BATCH).step_by(WRITERS) {
                client
                    .send(&requests[n % requests.len()])
                    .await?
                    .expect(200)?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = writers.join_next().await {
        done??;
    }
    let written = stage.events().await? - before;
    ensure!(
        written == events,
        "{written} events written instead of {events}"
    );
    Ok(())
}

/// What the relay counts itself: asking the database would cost what is being measured.
struct Published {
    client: Client,
    request: Vec<u8>,
}

impl Published {
    async fn of(stage: &Stage) -> Result<Self> {
        let client = Client::new(stage.rest()?);
        let request = http::request("GET", "/metrics", "", "", "");
        client.send(&request).await?.expect(200)?;
        Ok(Self { client, request })
    }

    async fn count(&self) -> Result<usize> {
        let answer = self.client.send(&self.request).await?.expect(200)?;
        let text = std::str::from_utf8(&answer.body)?;
        let name = format!(
            "{}{{topic=\"{}\"}} ",
            telemetry::metrics::EVENTS_PUBLISHED_TOTAL,
            Topic::Tasks
        );
        let value = text.lines().find_map(|line| line.strip_prefix(&name));
        Ok(value.unwrap_or("0").parse()?)
    }
}

/// What the relay published, in the order of the log, ready to be published again.
pub(super) async fn published(
    stage: &Stage,
    records: &Records,
    starts: &[i64],
    count: usize,
) -> Result<Vec<Message>> {
    let mut messages = records.read(starts).await?;
    ensure!(
        messages.len() == count,
        "{} of {count} events on the topic",
        messages.len()
    );
    let ids: Vec<Uuid> =
        sqlx::query_scalar("select event_id from taskflow.events order by id desc limit $1")
            .bind(i64::try_from(count)?)
            .fetch_all(&stage.db)
            .await?;
    let in_order = ids.into_iter().rev().map(|id| {
        let message = messages.remove(&EventId(id));
        message.with_context(|| format!("event {id} is not on the topic"))
    });
    in_order.collect()
}

/// Publishes in bulks, each after the last was acknowledged: events a second.
pub(super) async fn publish(stage: &Stage, records: &Records, messages: &[Message]) -> Result<f64> {
    let sidecar = Sidecar::new(&SidecarArgs {
        dapr_grpc_endpoint: None,
        dapr_grpc_port: stage.backend()?.dapr_grpc_port()?,
        dapr_api_token: Some(stage.secret("DAPR_API_TOKEN")?.into()),
        app_api_token: None,
        app_port: 0,
        in_process: None,
    })?;
    let starts = records.ends().await?;
    // The connection and the first call are nobody's.
    let (warm, rest) = messages.split_at(BULK);
    sidecar.publish(Topic::Tasks, warm).await?;
    let started = Instant::now();
    for bulk in rest.chunks(BULK) {
        sidecar.publish(Topic::Tasks, bulk).await?;
    }
    let rate = number(rest.len()) / started.elapsed().as_secs_f64();
    let arrived = records.since(&starts).await?;
    ensure!(
        arrived == messages.len(),
        "{arrived} of {} on the topic",
        messages.len()
    );
    Ok(rate)
}
