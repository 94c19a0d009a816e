//! Creating tasks, against `pgbench` with the same statements on the same server.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::Effort;
use crate::cpu::Cores;
use crate::load::{self, Done};
use crate::pgbench::{Pgbench, Ran, Script};
use crate::report::{Finding, Limit, figure};
use crate::stage::Stage;
use crate::stats::median;

pub(super) const NAME: &str = "create";

/// So many that it is not the lock of one user's stream that is measured.
pub(super) const USERS: u32 = 64;

/// Loads at which the backend and pgbench take turns.
const MANY: usize = 32;
const FEW: usize = 8;

struct Round {
    many: Done,
    many_pgbench: Ran,
    few: Done,
    one: Done,
    one_pgbench: Ran,
}

pub(super) async fn measure(stage: &Stage, effort: Effort) -> Result<Vec<Finding>> {
    let mut bench = Creating {
        stage,
        requests: stage.users().iter().map(|user| user.create("")).collect(),
        pgbench: Pgbench::find().await?,
        duration: Duration::from_secs(2),
    };
    bench.ours(MANY).await?;
    bench.peer(MANY).await?;
    bench.duration = effort.duration;
    let mut rounds = Vec::new();
    let [mut many_cores, mut peer_cores, mut few_cores, mut one_cores] = [const { Vec::new() }; 4];
    for _ in 0..effort.rounds {
        let (many, cores) = bench.ours(MANY).await?;
        many_cores.push(cores);
        let (many_pgbench, cores) = bench.peer(MANY).await?;
        peer_cores.push(cores);
        let (few, cores) = bench.ours(FEW).await?;
        few_cores.push(cores);
        let (one, cores) = bench.ours(1).await?;
        one_cores.push(cores);
        let (one_pgbench, _) = bench.peer(1).await?;
        rounds.push(Round {
            many,
            many_pgbench,
            few,
            one,
            one_pgbench,
        });
    }
    let each = |of: fn(&Round) -> f64| rounds.iter().map(of).collect::<Vec<_>>();
    let middle = |of: fn(&Round) -> f64| figure(median(&each(of)));
    Ok(vec![
        Finding {
            bench: NAME,
            what: "creates a second at 32 connections ÷ pgbench",
            unit: "",
            rounds: each(|round| round.many.per_second() / round.many_pgbench.per_second),
            limit: Limit::AtLeast(0.5),
            detail: format!(
                "Ours {}/s at {} ms p50, pgbench {}/s at {} ms p50: -M prepared, the same five \
                 statements and {USERS} users drawn at random. The relay publishes both. Cores \
                 in use by pgbench and what it loads: {}.",
                middle(|round| round.many.per_second()),
                middle(|round| round.many.latencies.percentile(50.0)),
                middle(|round| round.many_pgbench.per_second),
                middle(|round| round.many_pgbench.latencies.percentile(50.0)),
                Cores::mean(&peer_cores),
            ),
            cores: Some(Cores::mean(&many_cores)),
        },
        Finding {
            bench: NAME,
            what: "create at 1 connection, p50 ÷ pgbench p50",
            unit: "",
            rounds: each(|round| p50(&round.one.latencies) / p50(&round.one_pgbench.latencies)),
            limit: Limit::AtMost(1.5),
            detail: format!(
                "Ours p50 {} ms and p99 {} ms, pgbench p50 {} ms and p99 {} ms. What binds is waiting \
                 in turn: five round trips to Postgres and the HTTP request around them, while \
                 the relay, both daprds and the broker wake up for every commit.",
                middle(|round| p50(&round.one.latencies)),
                middle(|round| round.one.latencies.percentile(99.0)),
                middle(|round| p50(&round.one_pgbench.latencies)),
                middle(|round| round.one_pgbench.latencies.percentile(99.0)),
            ),
            cores: Some(Cores::mean(&one_cores)),
        },
        Finding {
            bench: NAME,
            what: "creates a second at 8 connections",
            unit: "/s",
            rounds: each(|round| round.few.per_second()),
            limit: Limit::AtLeast(1500.0),
            detail: format!(
                "p50 {} ms, p99 {} ms. Vikunja 2.5 on the same kind of machine: 145/s. What binds is \
                 the processors: carrying an event to the sockets takes as much of them as \
                 writing it.",
                middle(|round| p50(&round.few.latencies)),
                middle(|round| round.few.latencies.percentile(99.0)),
            ),
            cores: Some(Cores::mean(&few_cores)),
        },
    ])
}

fn p50(latencies: &crate::stats::Latencies) -> f64 {
    latencies.percentile(50.0)
}

struct Creating<'a> {
    stage: &'a Stage,
    requests: Arc<[Vec<u8>]>,
    pgbench: Pgbench,
    duration: Duration,
}

impl Creating<'_> {
    async fn ours(&mut self, connections: usize) -> Result<(Done, Cores)> {
        let before = self.stage.events().await?;
        let rest = self.stage.rest()?;
        let cpu = self.stage.cpu()?;
        let done = load::closed(rest, connections, self.duration, 201, &self.requests).await?;
        let cores = cpu.until(&self.stage.cpu()?);
        self.settled(before + done.requests).await?;
        Ok((done, cores))
    }

    async fn peer(&mut self, clients: usize) -> Result<(Ran, Cores)> {
        let before = self.stage.events().await?;
        let cpu = self.stage.cpu()?;
        let ran = self
            .pgbench
            .run(self.stage, Script::Create, clients, self.duration)
            .await?;
        let cores = cpu.until(&self.stage.cpu()?);
        self.settled(before + ran.transactions).await?;
        Ok((ran, cores))
    }

    /// Every create is one event in the log, and what one round leaves is no load for the next.
    async fn settled(&self, expected: usize) -> Result<()> {
        let events = self.stage.events().await?;
        ensure!(
            events == expected,
            "{events} events in the log instead of {expected}"
        );
        self.stage.drained().await
    }
}
