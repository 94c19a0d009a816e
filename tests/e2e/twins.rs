//! Two backends on one database: whatever becomes of the one whose relay leads, the other goes
//! on, and nobody who listens can tell.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use testing::{send, wait};
use xtask::stack::App;

use crate::load::Load;
use crate::stage::{Product, Stage};

/// Writes that are made while something is broken.
const MEANWHILE: u64 = 150;

/// Health tells that events wait when they have for 5 s, and looks every 2; a busy machine is slower.
const TOLD: Duration = Duration::from_secs(30);

/// A leader that is dead or frozen is replaced when its lease of 10 s is over, and followers look
/// every second; a busy machine is slower.
const REPLACED: Duration = Duration::from_secs(40);

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.twins("twins: a leader that is killed is replaced at once", killed),
        stage.twins(
            "twins: a leader that is frozen is replaced, and harmless when it thaws",
            frozen,
        ),
    ]
}

async fn killed(product: &Product, leader: &App) -> Result<()> {
    let load = Load::start(product).await?;
    leader.service.kill9().await?;
    load.writes(MEANWHILE).await?;
    replaced(product).await?;
    let outcome = load.finish(product).await?;
    outcome.without_failure()?;
    ensure!(outcome.reconnections == 0, "sockets broke");
    Ok(())
}

async fn frozen(product: &Product, leader: &App) -> Result<()> {
    let load = Load::start(product).await?;
    leader.service.freeze();
    wait::until("health to tell of it", TOLD, async || {
        let health = health(product).await?;
        let told = health["checks"]["outbox"]["status"] == "degraded";
        ensure!(!told || health["status"] == "degraded", "{health}");
        Ok(told.then_some(()))
    })
    .await?;
    replaced(product).await?;
    load.writes(MEANWHILE).await?;
    leader.service.thaw();
    load.writes(MEANWHILE).await?;
    // A socket whose history was asked of the frozen one may have been told to come back.
    let outcome = load.finish(product).await?;
    outcome.without_failure()?;
    wait::until("the old leader to follow", REPLACED, async || {
        Ok((!product.leads(leader).await?).then_some(()))
    })
    .await?;
    wait::until("health to be well again", REPLACED, async || {
        Ok((health(product).await?["status"] == "ok").then_some(()))
    })
    .await
}

/// Waits until the backend that is asked leads.
async fn replaced(product: &Product) -> Result<()> {
    wait::until("the follower to lead", REPLACED, async || {
        Ok((health(product).await?["gauges"]["relay_leads"] == 1).then_some(()))
    })
    .await
}

async fn health(product: &Product) -> Result<serde_json::Value> {
    send(product.http().get(format!("{}/health", product.backend)))
        .await?
        .expect(200)
}
