//! Listing tasks.

use std::sync::Arc;

use anyhow::{Result, ensure};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Effort;
use crate::cpu::Cores;
use crate::http::Client;
use crate::load;
use crate::report::{Finding, Limit, figure};
use crate::stage::Stage;
use crate::stats::median;

pub(super) const NAME: &str = "list";
pub(super) const USERS: u32 = 64;

const TASKS: usize = 200;
const ROWS: usize = 50;
const CONNECTIONS: usize = 8;

#[derive(Deserialize)]
struct Page {
    items: Vec<IgnoredAny>,
}

pub(super) async fn measure(stage: &Stage, effort: Effort) -> Result<Vec<Finding>> {
    let client = Client::new(stage.rest()?);
    let mut requests = Vec::new();
    for user in stage.users() {
        stage.fill(&client, user, TASKS).await?;
        let request = user.get(&format!("/tasks?limit={ROWS}"));
        let page: Page = serde_json::from_slice(&client.send(&request).await?.expect(200)?.body)?;
        ensure!(
            page.items.len() == ROWS,
            "{} rows instead of {ROWS}",
            page.items.len()
        );
        requests.push(request);
    }
    stage.drained().await?;
    let requests: Arc<[_]> = requests.into();
    let rest = stage.rest()?;
    load::closed(rest, CONNECTIONS, effort.duration, 200, &requests).await?;
    let (mut done, mut cores) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        let cpu = stage.cpu()?;
        done.push(load::closed(rest, CONNECTIONS, effort.duration, 200, &requests).await?);
        cores.push(cpu.until(&stage.cpu()?));
    }
    let middle = |percent| {
        let of = done.iter().map(|done| done.latencies.percentile(percent));
        figure(median(&of.collect::<Vec<_>>()))
    };
    Ok(vec![Finding {
        bench: NAME,
        what: "`GET /tasks` of 50 rows a second at 8 connections",
        unit: "/s",
        rounds: done.iter().map(load::Done::per_second).collect(),
        limit: Limit::AtLeast(2000.0),
        detail: format!(
            "{USERS} users with {TASKS} tasks each. p50 {} ms, p99 {} ms. Vikunja 2.5 on the \
             same kind of machine: 117 to 307/s.",
            middle(50.0),
            middle(99.0)
        ),
        cores: Some(Cores::mean(&cores)),
    }])
}
