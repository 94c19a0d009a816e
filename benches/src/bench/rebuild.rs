//! `rebuild --verify` and `verify-log` of a long log: how fast, and in how much memory.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use sqlx::{AssertSqlSafe, Executor};
use tokio::process::Command;
use tokio::time::sleep;
use xtask::workspace;

use super::Effort;
use crate::http::Client;
use crate::report::{Finding, Limit, figure};
use crate::stage::Stage;
use crate::stats::{median, number};

pub(super) const NAME: &str = "rebuild";

/// Tasks of the account whose log is copied, each changed twice.
const TASKS: usize = 1_000;

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
/// leaves out whose it is, so it holds for the copies too. Gives the number of events.
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
    let accounts = events / stage.events().await?;
    let mut db = stage.db.acquire().await?;
    // Triggers would write events of their own.
    db.execute("set session_replication_role = replica").await?;
    db.execute(AssertSqlSafe(format!(
        r#"create temp table copies as
           select gen_random_uuid() as id from generate_series(2, {accounts});
           insert into auth."user" (id, name, email) select id, 'bench', id || '@bench.invalid' from copies"#
    )))
    .await?;
    for table in ["streams", "events", "profiles", "projects", "tags", "tasks"] {
        let columns: Vec<String> = sqlx::query_scalar(
            "select column_name::text from information_schema.columns
             where table_schema = 'taskflow' and table_name = $1
               and is_generated = 'NEVER' and is_identity = 'NO'",
        )
        .bind(table)
        .fetch_all(&mut *db)
        .await?;
        let values = columns.iter().map(|column| match column.as_str() {
            "user_id" => "c.id".to_owned(),
            "aggregate_id" => {
                "case t.aggregate_id when t.user_id then c.id else t.aggregate_id end".to_owned()
            }
            other => format!("t.{other}"),
        });
        let values = values.collect::<Vec<_>>().join(", ");
        let order = if table == "events" {
            "c.id, t.seq"
        } else {
            "c.id"
        };
        let insert = format!(
            "insert into taskflow.{table} ({}) select {values} from copies c, taskflow.{table} t
             order by {order}",
            columns.join(", "),
        );
        db.execute(AssertSqlSafe(insert)).await?;
    }
    db.execute("set session_replication_role = origin").await?;
    db.execute("vacuum analyze").await?;
    stage.events().await
}

/// Runs the command; it must succeed.
async fn run(stage: &Stage, args: &[&str]) -> Result<Run> {
    let started = Instant::now();
    let mut command = Command::new(workspace::root().join("target/release/taskflow-backend"))
        .args(args)
        .env(
            "DAPR_GRPC_PORT",
            stage.backend()?.dapr_grpc_port().to_string(),
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

/// `VmHWM` only grows; there is none when the process ends.
fn peak_bytes(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024.0)
}
