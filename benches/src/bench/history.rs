//! Reading the past: a task as it was, and pages of a long history.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::Effort;
use crate::cpu::Cores;
use crate::http::Client;
use crate::load;
use crate::report::{Finding, Limit, figure};
use crate::stage::Stage;
use crate::stats::{Latencies, median};
use crate::user::User;

pub(super) const NAME: &str = "history";

/// Of the account, and of its one long-lived task.
const EVENTS: usize = 100_000;
const OF_TASK: usize = 1_000;

/// Moments and pages, drawn at random.
const REQUESTS: usize = 256;
const ROWS: usize = 50;

/// The same rows as the page has, read by who knows the schema.
const PLAIN: &str = "\
    select event_id, seq, event_type, aggregate_id, version, schema, data::text, correlation_id, \
           causation_id, actor_kind, actor_id, change_set_id, cause::text, created_at \
    from taskflow.events where user_id = $1 and seq < $2 order by seq desc limit 51";

#[derive(Deserialize)]
struct Page {
    items: Vec<IgnoredAny>,
}

pub(super) async fn measure(stage: &Stage, effort: Effort) -> Result<Vec<Finding>> {
    let user = stage.users().first().context("no user")?;
    let client = Client::new(stage.rest()?);
    let task = long_lived(&client, user).await?;
    stage
        .fill(&client, user, EVENTS - stage.events().await?)
        .await?;
    stage.drained().await?;
    sqlx::query("vacuum analyze taskflow.events")
        .execute(&stage.db)
        .await?;
    let head = stage.events().await?;
    ensure!(head == EVENTS, "{head} events instead of {EVENTS}");

    let mut cursors = Vec::new();
    let mut pages = Vec::new();
    for _ in 0..REQUESTS {
        let cursor = rand::random_range(ROWS + 2..=head);
        cursors.push(i64::try_from(cursor)?);
        pages.push(user.get(&format!("/history?limit={ROWS}&cursor={cursor}")));
    }
    let page: Page = serde_json::from_slice(&client.send(&pages[0]).await?.expect(200)?.body)?;
    ensure!(page.items.len() == ROWS, "{} rows", page.items.len());
    // The newest moments: all of the task's events are folded.
    let moments = (0..REQUESTS).map(|_| rand::random_range(OF_TASK + 2..=head));
    let moments = moments.map(|seq| user.get(&format!("/tasks/{task}?as_of={seq}")));
    let bench = Reading {
        stage,
        user,
        cursors,
        pages: pages.into(),
        moments: moments.collect(),
        duration: effort.duration,
    };
    bench.run(effort.rounds).await
}

/// A task with [`OF_TASK`] events.
async fn long_lived(client: &Client, user: &User) -> Result<String> {
    #[derive(Deserialize)]
    struct Task {
        id: String,
        version: usize,
    }
    let created = client.send(&user.create("")).await?.expect(201)?;
    let task: Task = serde_json::from_slice(&created.body)?;
    for start in (1..OF_TASK).step_by(100) {
        let operations = (start..OF_TASK.min(start + 100))
            .map(|n| json!({"op": "update", "id": task.id, "patch": {"position": n}}));
        let batch = json!({"operations": operations.collect::<Vec<_>>()});
        let batch = user.post("/tasks/batch", &batch.to_string());
        client.send(&batch).await?.expect(200)?;
    }
    let now = client
        .send(&user.get(&format!("/tasks/{}", task.id)))
        .await?
        .expect(200)?;
    let now: Task = serde_json::from_slice(&now.body)?;
    ensure!(now.version == OF_TASK, "{} events of the task", now.version);
    Ok(task.id)
}

struct Reading<'a> {
    stage: &'a Stage,
    user: &'a User,
    cursors: Vec<i64>,
    pages: Arc<[Vec<u8>]>,
    moments: Arc<[Vec<u8>]>,
    duration: Duration,
}

impl Reading<'_> {
    async fn run(&self, rounds: usize) -> Result<Vec<Finding>> {
        let [mut as_of, mut ours, mut plain] = [const { Vec::new() }; 3];
        let [mut as_of_cores, mut page_cores] = [const { Vec::new() }; 2];
        self.read(&self.moments).await?;
        for _ in 0..rounds {
            let (latencies, cores) = self.read(&self.moments).await?;
            as_of.push(latencies.percentile(50.0));
            as_of_cores.push(cores);
            let (latencies, cores) = self.read(&self.pages).await?;
            ours.push(latencies.percentile(50.0));
            page_cores.push(cores);
            plain.push(self.plain().await?.percentile(50.0));
        }
        let ratios = ours.iter().zip(&plain).map(|(ours, plain)| ours / plain);
        Ok(vec![
            Finding {
                bench: NAME,
                what: "`as_of` read of a task with 1,000 events, p50",
                unit: "ms",
                limit: Limit::AtMost(20.0),
                detail: format!("At 1 connection, of an account with {EVENTS} events."),
                rounds: as_of,
                cores: Some(Cores::mean(&as_of_cores)),
            },
            Finding {
                bench: NAME,
                what: "history page of 50 in 100,000 events, p50 ÷ plain SQL p50",
                unit: "",
                rounds: ratios.collect(),
                limit: Limit::AtMost(2.0),
                detail: format!(
                    "Ours {} ms, plain SQL {} ms: the same rows at the same cursors, in a prepared \
                     statement. Ours also reads what things were called then and what was undone.",
                    figure(median(&ours)),
                    figure(median(&plain)),
                ),
                cores: Some(Cores::mean(&page_cores)),
            },
        ])
    }

    async fn read(&self, requests: &Arc<[Vec<u8>]>) -> Result<(Latencies, Cores)> {
        let cpu = self.stage.cpu()?;
        let done = load::closed(self.stage.rest()?, 1, self.duration, 200, requests).await?;
        Ok((done.latencies, cpu.until(&self.stage.cpu()?)))
    }

    async fn plain(&self) -> Result<Latencies> {
        let mut db = self.stage.db.acquire().await?;
        let mut latencies = Latencies::new()?;
        let started = Instant::now();
        while started.elapsed() < self.duration {
            let cursor = self.cursors[rand::random_range(0..self.cursors.len())];
            let sent = Instant::now();
            let rows = sqlx::query(PLAIN)
                .bind(self.user.id.0)
                .bind(cursor)
                .fetch_all(&mut *db)
                .await?;
            latencies.record(sent.elapsed());
            ensure!(rows.len() == ROWS + 1, "{} rows", rows.len());
        }
        Ok(latencies)
    }
}
