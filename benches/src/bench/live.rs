//! From a create to the user's socket, at a steady rate that nobody slows down.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Effort;
use crate::cpu::Cores;
use crate::http::Client;
use crate::load::Schedule;
use crate::report::{Finding, Limit, figure};
use crate::socket::{Message, Socket};
use crate::stage::Stage;
use crate::stats::{Latencies, median, number};
use crate::user::User;

pub(super) const NAME: &str = "live";

/// The same in one process.
pub(super) const STANDALONE: &str = "standalone";

/// Each with one socket.
pub(super) const USERS: u32 = 50;

/// Single creates a second.
const SINGLE_RATE: u32 = 200;

/// Batches a second, and creates in each: 1,000 events a second.
const BATCH_RATE: u32 = 50;
const BATCH: usize = 20;

/// How long the last events may take before they count as lost.
const PATIENCE: Duration = Duration::from_secs(10);

/// An event that arrived at a socket.
struct Receipt {
    /// Which request it is of.
    request: usize,
    at: Instant,
    /// Since the event's own timestamp.
    age: Duration,
}

/// A rate and what it was like.
struct Run {
    /// From the moment when the request was to be sent until the socket had the event.
    from_send: Latencies,
    from_timestamp: Latencies,
    cores: Cores,
}

/// All services in one process, on the database alone.
pub(super) async fn measure_standalone(stage: &Stage, effort: Effort) -> Result<Vec<Finding>> {
    let mut bench = Live::set(stage).await?;
    let seconds = effort.duration.as_secs() * 3;
    bench.run(SINGLE_RATE, 1, 3).await?;
    let (mut single, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        single.push(bench.run(SINGLE_RATE, 1, seconds).await?);
        memory.push(mebibytes(stage.backend()?.service.usage()?.rss_bytes));
    }
    let summary = middle(&single, |run| &run.from_send);
    let cores = Cores::mean(&cores_of(&single));
    Ok(vec![
        Finding {
            bench: STANDALONE,
            what: "one process, no broker: create → socket at 200/s, p50",
            unit: "ms",
            rounds: percentiles(&single, 50.0, |run| &run.from_send),
            limit: Limit::AtMost(10.0),
            detail: format!(
                "200 creates a second over 50 users and sockets, open loop, from the moment when \
                 the request was due: {summary}."
            ),
            cores: Some(cores),
        },
        Finding {
            bench: STANDALONE,
            what: "memory of everything in one process at 200/s",
            unit: "MiB RSS",
            rounds: memory,
            limit: Limit::AtMost(256.0),
            detail: "After each round.".to_owned(),
            cores: None,
        },
    ])
}

pub(super) async fn measure(stage: &Stage, effort: Effort) -> Result<Vec<Finding>> {
    let mut bench = Live::set(stage).await?;
    // Long enough that a percentile of 99 is more than a handful of events.
    let seconds = effort.duration.as_secs() * 3;
    bench.run(SINGLE_RATE, 1, 3).await?;
    bench.run(BATCH_RATE, BATCH, 3).await?;
    let (mut single, mut batches) = (Vec::new(), Vec::new());
    let (mut backend, mut realtime) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        single.push(bench.run(SINGLE_RATE, 1, seconds).await?);
        batches.push(bench.run(BATCH_RATE, BATCH, seconds).await?);
        backend.push(mebibytes(stage.backend()?.service.usage()?.rss_bytes));
        realtime.push(mebibytes(stage.realtime()?.service.usage()?.rss_bytes));
    }
    let cpu = batches
        .iter()
        .map(|run| {
            let services = ["backend", "realtime", "scheduler", "notifier", "agent"];
            run.cores.used_by(&services)
        })
        .collect();
    let at_single = "200 creates a second over 50 users and sockets, open loop, from the moment \
                     when the request was due";
    let at_batches = "1,000 events a second: 50 batches of 20 creates over 50 users and sockets";
    let single_summary = middle(&single, |run| &run.from_send);
    let batch_summary = format!(
        "From the event's timestamp: {}. From the moment when the request was due: {}.",
        middle(&batches, |run| &run.from_timestamp),
        middle(&batches, |run| &run.from_send)
    );
    let batch_cores = Cores::mean(&cores_of(&batches));
    let finding = |what, unit, rounds, limit, detail: &str| Finding {
        bench: NAME,
        what,
        unit,
        rounds,
        limit,
        detail: detail.to_owned(),
        cores: None,
    };
    Ok(vec![
        Finding {
            cores: Some(Cores::mean(&cores_of(&single))),
            ..finding(
                "create → socket at 200/s, p50",
                "ms",
                percentiles(&single, 50.0, |run| &run.from_send),
                Limit::AtMost(25.0),
                &format!(
                    "{at_single}: {single_summary}. What binds is the processors, of which daprds, \
                     broker and database take most; and the relay lets what is committed gather for \
                     10 ms, which spares them."
                ),
            )
        },
        finding(
            "create → socket at 200/s, p99",
            "ms",
            percentiles(&single, 99.0, |run| &run.from_send),
            Limit::AtMost(100.0),
            "As above.",
        ),
        Finding {
            cores: Some(batch_cores),
            ..finding(
                "event → socket at 1,000/s, p99",
                "ms",
                percentiles(&batches, 99.0, |run| &run.from_timestamp),
                Limit::AtMost(500.0),
                &format!("{at_batches}. {batch_summary}"),
            )
        },
        finding(
            "CPU of the five services at 1,000 events/s",
            "cores",
            cpu,
            Limit::AtMost(0.5),
            "Without their sidecars, Postgres and Kafka, which the line above names.",
        ),
        finding(
            "memory of the backend at 1,000 events/s",
            "MiB RSS",
            backend,
            Limit::AtMost(150.0),
            "After each round.",
        ),
        finding(
            "memory of realtime at 1,000 events/s",
            "MiB RSS",
            realtime,
            Limit::AtMost(64.0),
            "After each round.",
        ),
    ])
}

struct Live<'a> {
    stage: &'a Stage,
    client: Arc<Client>,
    receipts: mpsc::UnboundedReceiver<Receipt>,
    listeners: JoinSet<Result<()>>,
}

impl<'a> Live<'a> {
    /// Everybody listens.
    async fn set(stage: &'a Stage) -> Result<Self> {
        let (receipts_tx, receipts) = mpsc::unbounded_channel();
        let mut listeners = JoinSet::new();
        for user in stage.users() {
            let mut socket = Socket::open(stage.sockets()?, &user.socket(&user.jwt, None)).await?;
            let cursor = socket.ready().await?.cursor;
            listeners.spawn(listen(socket, cursor, receipts_tx.clone()));
        }
        Ok(Self {
            stage,
            client: Arc::new(Client::new(stage.rest()?)),
            receipts,
            listeners,
        })
    }

    /// `rate` requests a second with `batch` creates each; everything must arrive once.
    async fn run(&mut self, rate: u32, batch: usize, seconds: u64) -> Result<Run> {
        let requests = usize::try_from(u64::from(rate) * seconds)?;
        let users = self.stage.users();
        let schedule = Schedule::per_second(rate);
        let cpu = self.stage.cpu()?;
        let status = if batch == 1 { 201 } else { 200 };
        let load = schedule.send(&self.client, requests, status, |n| {
            write(&users[n % users.len()], n, batch)
        });
        let mut run = Run {
            from_send: Latencies::new()?,
            from_timestamp: Latencies::new()?,
            cores: Cores::mean(&[]),
        };
        let patience = Duration::from_secs(seconds) + PATIENCE;
        let arrivals = async {
            for _ in 0..requests * batch {
                tokio::select! {
                    receipt = self.receipts.recv() => {
                        let receipt = receipt.context("nobody listens any more")?;
                        let due = schedule.due(receipt.request);
                        run.from_send.record(receipt.at.saturating_duration_since(due));
                        run.from_timestamp.record(receipt.age);
                    }
                    Some(ended) = self.listeners.join_next() => ended??,
                }
            }
            anyhow::Ok(())
        };
        let arrivals = timeout(patience, arrivals);
        let (load, arrivals) = tokio::join!(load, arrivals);
        load?;
        arrivals.context("events got lost on the way to their sockets")??;
        run.cores = cpu.until(&self.stage.cpu()?);
        let more = self.receipts.try_recv().is_ok();
        ensure!(!more, "an event arrived twice");
        Ok(run)
    }
}

fn write(user: &User, n: usize, batch: usize) -> Vec<u8> {
    let correlation = format!("x-correlation-id: bench-{n}\r\n");
    match batch {
        1 => user.create(&correlation),
        many => user.create_many(many, &correlation),
    }
}

/// Passes on what arrives, as long as it is the next event of the user's.
async fn listen(
    mut socket: Socket,
    mut seq: u64,
    receipts: mpsc::UnboundedSender<Receipt>,
) -> Result<()> {
    #[derive(Deserialize)]
    struct Data<'a> {
        seq: u64,
        correlation_id: &'a str,
    }
    loop {
        let bytes = socket.next().await?;
        let (at, now) = (Instant::now(), telemetry::clock::now());
        let message: Message<'_, Data<'_>> = serde_json::from_slice(&bytes)?;
        seq += 1;
        ensure!(
            message.data.seq == seq,
            "event {} instead of {seq}",
            message.data.seq
        );
        let request = message.data.correlation_id.strip_prefix("bench-");
        let receipt = Receipt {
            request: request.context("an event that nobody caused")?.parse()?,
            at,
            age: now
                .duration_since(message.timestamp)
                .try_into()
                .unwrap_or_default(),
        };
        if receipts.send(receipt).is_err() {
            return Ok(());
        }
    }
}

fn percentiles(runs: &[Run], percent: f64, of: fn(&Run) -> &Latencies) -> Vec<f64> {
    runs.iter().map(|run| of(run).percentile(percent)).collect()
}

/// Medians of the rounds' percentiles.
fn middle(runs: &[Run], of: fn(&Run) -> &Latencies) -> String {
    let at = |percent| figure(median(&percentiles(runs, percent, of)));
    format!(
        "p50 {}, p90 {}, p99 {}, max {} ms",
        at(50.0),
        at(90.0),
        at(99.0),
        at(100.0)
    )
}

fn cores_of(runs: &[Run]) -> Vec<Cores> {
    runs.iter().map(|run| run.cores.clone()).collect()
}

fn mebibytes(bytes: u64) -> f64 {
    number(usize::try_from(bytes).unwrap_or(usize::MAX)) / f64::from(1 << 20)
}
