//! How soon a service that is started can be sent requests, with its sidecar there already.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::time::{sleep, timeout};
use xtask::stack::App;

use super::Effort;
use crate::http::{Connection, request};
use crate::report::{Finding, Limit, figure};
use crate::stage::Stage;
use crate::stats::median;

pub(super) const NAME: &str = "start";

/// How long a service may take to end, and then to be ready again.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two questions whether it is ready.
const PAUSE: Duration = Duration::from_millis(1);

pub(super) async fn measure(stage: &Stage, effort: Effort) -> Result<Vec<Finding>> {
    let mut slowest = Vec::new();
    let mut each: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for _ in 0..effort.rounds {
        let mut longest = 0.0_f64;
        for app in stage.apps() {
            let took = start(stage, app).await?;
            longest = longest.max(took);
            each.entry(app.name()).or_default().push(took);
        }
        slowest.push(longest);
    }
    let medians = each
        .iter()
        .map(|(name, took)| format!("{name} {}", figure(median(took))));
    Ok(vec![Finding {
        bench: NAME,
        what: "from the start of a service to its being ready, the slowest",
        unit: "ms",
        rounds: slowest,
        limit: Limit::AtMost(1_000.0),
        detail: format!(
            "Each service is ended and started again while its sidecar, Postgres and Kafka run: \
             from before the process is made until `/health/ready` answers 200. Medians in ms: {}. \
             In it are the answers of the sidecar, which says what it is and what is secret, and \
             for the backend the connection to Postgres and the look whether the schema is up to \
             date. No part of it is the reading of the program from a disk.",
            medians.collect::<Vec<_>>().join(", ")
        ),
        cores: None,
    }])
}

/// Milliseconds until it is ready.
async fn start(stage: &Stage, app: &App) -> Result<f64> {
    let addr = stage.addr(app.name())?;
    let question = request("GET", "/health/ready", "", "", "");
    app.service.terminate(PATIENCE).await?;
    let began = Instant::now();
    app.service.restart().await?;
    let ready = async {
        // At first nobody listens, and then somebody who is not ready.
        while !is_ready(addr, &question).await.unwrap_or(false) {
            sleep(PAUSE).await;
        }
    };
    timeout(PATIENCE, ready)
        .await
        .with_context(|| format!("{} does not become ready", app.name()))?;
    Ok(began.elapsed().as_secs_f64() * 1e3)
}

async fn is_ready(addr: SocketAddr, question: &[u8]) -> Result<bool> {
    let answer = Connection::open(addr).await?.send(question).await?;
    Ok(answer.status == 200)
}
