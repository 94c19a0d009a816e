//! Reading the past: a task as it was, and pages of a long history.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use sqlx::Row;
use uuid::Uuid;

use super::Effort;
use crate::cpu::Cores;
use crate::http::Client;
use crate::load;
use crate::report::{Finding, Limit, figure};
use crate::stage::Stage;
use crate::stats::{Latencies, median};
use crate::user::{TITLE, User};

pub(super) const NAME: &str = "history";

/// Of the account, of its one long-lived task, and those that say what they came of: a fifth, in
/// files as large as may be.
const EVENTS: usize = 100_000;
const OF_TASK: usize = 1_000;
const IMPORTED: usize = 20_000;
const OF_FILE: usize = 5_000;

/// Moments and pages, drawn at random.
const REQUESTS: usize = 256;
const ROWS: usize = 200;

/// The statements of a page, as the backend sends them: the events, and what things were called.
/// Whether anything was undone it asks too, which plain SQL need not.
const EVENTS_SQL: &str = "\
    select event_id, user_id, seq, event_type, aggregate_id, version, schema, data::text as data, \
           correlation_id, causation_id, actor_kind, actor_id, change_set_id, cause, created_at \
    from taskflow.events where user_id = $1 and event_type not like 'notification.%' \
    and topic <> 'conversations.events' and seq < $2 order by seq desc limit $3";
const NAMES_SQL: &str = "\
    select e.aggregate_id, e.version, \
           coalesce(e.data #>> '{changes,title,before}', e.data #>> '{changes,name,before}') \
    from unnest($2::uuid[], $3::bigint[]) as oldest (id, version) \
    join taskflow.events e on e.user_id = $1 and e.aggregate_id = oldest.id \
                          and e.version > oldest.version \
    where (e.event_type = 'task.updated' and e.data #> '{changes,title}' is not null) \
       or (e.event_type = 'project.updated' and e.data #> '{changes,name}' is not null) \
    union all \
    select id, 9223372036854775807, title from taskflow.tasks \
    where user_id = $1 and id = any($2) \
    union all \
    select id, 9223372036854775807, name from taskflow.projects \
    where user_id = $1 and id = any($2) \
    order by 1, 2";

#[derive(Deserialize)]
struct Page {
    items: Vec<IgnoredAny>,
}

pub(super) async fn measure(stage: &Stage, effort: Effort) -> Result<Vec<Finding>> {
    let user = stage.users().first().context("no user")?;
    let client = Client::new(stage.rest()?);
    let task = long_lived(&client, user).await?;
    import(&client, user).await?;
    stage
        .fill(&client, user, EVENTS - stage.events().await?)
        .await?;
    stage.drained().await?;
    // What autovacuum would find out in the middle of a round.
    sqlx::query("vacuum analyze").execute(&stage.db).await?;
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

/// Tables, of which each row becomes an event with a cause.
async fn import(client: &Client, user: &User) -> Result<()> {
    for _ in 0..IMPORTED / OF_FILE {
        let table = format!("title\n{}", format!("{TITLE}\n").repeat(OF_FILE));
        let file = user.post("/import?format=csv", &table);
        client.send(&file).await?.expect(200)?;
    }
    Ok(())
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
                what: "history page of 200 in 100,000 events, p50 ÷ plain SQL",
                unit: "",
                rounds: ratios.collect(),
                limit: Limit::AtMost(2.0),
                detail: format!(
                    "Ours {} ms, plain SQL {} ms: the events and the names of what they are about, \
                     at the same cursors, prepared, their rows left as they come. A fifth of the \
                     account was imported, nothing was undone. What binds is the backend: it \
                     reads every event, checks it, and tells it field by field.",
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
        let (user, limit) = (self.user.id.0, i64::try_from(ROWS + 1)?);
        let started = Instant::now();
        while started.elapsed() < self.duration {
            let cursor = self.cursors[rand::random_range(0..self.cursors.len())];
            let sent = Instant::now();
            let events = sqlx::query(EVENTS_SQL)
                .bind(user)
                .bind(cursor)
                .bind(limit)
                .fetch_all(&mut *db)
                .await?;
            let things = events
                .iter()
                .map(|row| Ok((row.try_get(4)?, row.try_get(5)?)));
            let things: sqlx::Result<Vec<(Uuid, i64)>> = things.collect();
            let (ids, versions): (Vec<Uuid>, Vec<i64>) = things?.into_iter().unzip();
            sqlx::query(NAMES_SQL)
                .bind(user)
                .bind(ids)
                .bind(versions)
                .fetch_all(&mut *db)
                .await?;
            latencies.record(sent.elapsed());
            ensure!(events.len() == ROWS + 1, "{} rows", events.len());
        }
        Ok(latencies)
    }
}
