//! `rebuild --verify` and `verify-log` of a long log: how fast, and in how much memory.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::process::Command;
use tokio::time::sleep;
use xtask::workspace;

use super::Effort;
use crate::copies;
use crate::http::Client;
use crate::memory::peak_bytes;
use crate::report::{Finding, Limit, figure};
use crate::stage::Stage;
use crate::stats::{median, number};

pub(super) const NAME: &str = "rebuild";

/// Tasks of the account whose log is copied, each changed twice.
const TASKS: usize = 1_000;

/// Where everything of an account is.
const TABLES: [&str; 6] = ["streams", "events", "profiles", "projects", "tags", "tasks"];

const MIB: f64 = 1024.0 * 1024.0;

/// What a command took.
struct Run {
    elapsed: Duration,
    /// The most memory that it had at a time, in bytes.
    peak: f64,
}

pub(super) async fn measure(stage: &Stage, effort: Effort) -> Result<Vec<Finding>> {
    let events = number(fill(stage, effort.log).await?);
    let (mut rebuilds, mut walks) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        rebuilds.push(run(stage, &["rebuild", "--verify"]).await?);
        walks.push(run(stage, &["verify-log"]).await?);
    }
    let rates = |runs: &[Run]| -> Vec<f64> {
        let rates = runs.iter().map(|run| events / run.elapsed.as_secs_f64());
        rates.collect()
    };
    let peaks = |runs: &[Run]| -> Vec<f64> { runs.iter().map(|run| run.peak / MIB).collect() };
    let speed = rates(&rebuilds);
    let finding = |what, unit, rounds, limit, detail| Finding {
        bench: NAME,
        what,
        unit,
        rounds,
        limit,
        detail,
        cores: None,
    };
    Ok(vec![
        finding(
            "events folded, copied and compared a second",
            "/s",
            speed,
            Limit::AtLeast(50_000.0),
            format!(
                "`rebuild --verify` of {} events of {} accounts, from the start of the process \
                 to its end.",
                figure(events),
                figure(events / number(3 * TASKS)),
            ),
        ),
        finding(
            "memory of `rebuild --verify`",
            "MiB",
            peaks(&rebuilds),
            Limit::AtMost(128.0),
            "The peak of its resident set, by the kernel's count.".to_owned(),
        ),
        finding(
            "memory of `verify-log`",
            "MiB",
            peaks(&walks),
            Limit::AtMost(128.0),
            format!(
                "Of the same log, {} events a second.",
                figure(median(&rates(&walks)))
            ),
        ),
    ])
}

/// Gives one account a history, and copies it to others until the log is long enough. The chain
/// leaves out whose it is, so it holds for the copies too. Gives the number of events, which is no
/// less than was asked for.
async fn fill(stage: &Stage, events: usize) -> Result<usize> {
    let client = Client::new(stage.rest()?);
    let user = &stage.users()[0];
    stage.fill(&client, user, TASKS).await?;
    let ids: Vec<uuid::Uuid> = sqlx::query_scalar("select id from taskflow.tasks")
        .fetch_all(&stage.db)
        .await?;
    for patch in [r#"{"priority":"low"}"#, r#"{"due_date":"2026-11-21"}"#] {
        for some in ids.chunks(100) {
            let operations: Vec<_> = some
                .iter()
                .map(|id| format!(r#"{{"op":"update","id":"{id}","patch":{patch}}}"#))
                .collect();
            let body = format!(r#"{{"operations":[{}]}}"#, operations.join(","));
            let batch = user.post("/tasks/batch", &body);
            client.send(&batch).await?.expect(200)?;
        }
    }
    stage.drained().await?;
    let accounts = events.div_ceil(stage.events().await?);
    copies::copy(stage, user, accounts.saturating_sub(1), &TABLES).await?;
    stage.events().await
}

/// Runs the command; it must succeed.
async fn run(stage: &Stage, args: &[&str]) -> Result<Run> {
    let started = Instant::now();
    let mut command = Command::new(workspace::root().join("target/release/taskflow-backend"))
        .args(args)
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
    let pid = command.id().context("it is gone")?;
    let mut peak = 0.0;
    let status = loop {
        if let Some(status) = command.try_wait()? {
            break status;
        }
        peak = peak_bytes(pid).unwrap_or(peak);
        sleep(Duration::from_millis(5)).await;
    };
    let elapsed = started.elapsed();
    ensure!(status.success(), "{} failed", args.join(" "));
    ensure!(peak > 0.0, "the memory could not be read");
    Ok(Run { elapsed, peak })
}
