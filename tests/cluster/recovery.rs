//! Everything is stopped, as for a database that is restored, and started as the runbook says.

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;

use crate::kube::{OURS, gone, pods, rolled_out};
use crate::release::Release;
use crate::stage::Stage;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.trial(
        "recovery: what was stopped for a restored database comes back as it was",
        stopped_and_started,
    )]
}

async fn stopped_and_started(release: &Release) -> Result<()> {
    let owner = release.sign_up().await?;
    let before = pods(OURS).await?;
    release.follow("stop").await?;
    gone(&before).await?;
    release.follow("alone").await?;
    let alone = pods(OURS).await?;
    ensure!(
        alone.len() == 1,
        "not the backend alone looks at the database: {alone:?}"
    );
    release.follow("others").await?;
    rolled_out().await?;
    let after = pods(OURS).await?;
    ensure!(after.len() == before.len(), "{before:?} became {after:?}");
    let answer = owner.get("/tasks").await?;
    ensure!(answer.status == 200, "{answer:?}");
    Ok(())
}
