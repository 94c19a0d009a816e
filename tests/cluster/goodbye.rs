//! What was installed goes without a trace, and so do the manifests for those without Helm.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use testing::wait;

use crate::kube::{OURS, gone, kubectl, namespace, objects, pods};
use crate::release::{Release, mark};
use crate::stage::Stage;

/// Who has not ended by then is killed: `terminationGracePeriodSeconds` of the chart.
const GRACE: Duration = Duration::from_secs(45);

/// How long what belongs to something else may stay after it.
const COLLECTED: Duration = Duration::from_mins(2);

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.trial(
            "goodbye: an uninstalled release ends when it is told to, and leaves nothing",
            uninstall,
        ),
        stage.trial(
            "goodbye: the manifests are applied, and deleted again",
            manifests,
        ),
    ]
}

async fn uninstall(release: &Release) -> Result<()> {
    let running = pods(OURS).await?;
    let began = Instant::now();
    release.follow("uninstall").await?;
    gone(&running).await?;
    let took = began.elapsed();
    ensure!(took < GRACE, "somebody did not end when told to: {took:?}");
    let is_clean = wait::until("everything to be gone", COLLECTED, async || {
        let left = &objects().await? - &release.before;
        Ok(left.is_empty().then_some(()))
    });
    if let Err(error) = is_clean.await {
        let left = &objects().await? - &release.before;
        return Err(error.context(format!("left behind: {left:?}")));
    }
    let missing = &release.before - &objects().await?;
    ensure!(missing.is_empty(), "not the release's: {missing:?}");
    release.follow("forget").await?;
    is_gone().await
}

/// Their images are those of a release, which need not exist: the objects have to.
async fn manifests(release: &Release) -> Result<()> {
    release.follow("apply").await?;
    mark().await?;
    let file = release.folder.join("k8s-manifests.yaml");
    let file = file.display().to_string();
    let made = kubectl(&["get", "--filename", &file, "--output=name"]).await;
    let made = made.context("not everything was made")?;
    ensure!(made.lines().count() > 1, "{made}");
    release.follow("delete").await?;
    is_gone().await
}

/// With all that was in it.
async fn is_gone() -> Result<()> {
    let found = namespace().await?;
    ensure!(found.is_empty(), "{found} is there still");
    Ok(())
}
