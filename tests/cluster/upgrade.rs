//! Other images take the place of those that run, and the other way round; nobody who works
//! meanwhile is told anything but yes.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use testing::load::Load;
use testing::send;
use tokio::time::sleep;
use xtask::cluster::TAGS;

use crate::kube::{OURS, gone, items, json, pods, text};
use crate::release::Release;
use crate::stage::Stage;

/// Between two requests of a writer. The machine has all of Kubernetes to carry, too.
pub(crate) const PACE: Duration = Duration::from_millis(250);

/// Between two looks at the front end.
const LOOKS: Duration = Duration::from_millis(250);

/// Writes that are made when all has been replaced.
const AFTERWARDS: u64 = 50;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.trial(
        "upgrade: there and back under load, no request fails and no event is lost",
        there_and_back,
    )]
}

async fn there_and_back(release: &Release) -> Result<()> {
    let preview = release.follow("preview").await?;
    ensure!(
        preview.contains("/backend:"),
        "no image would change: {preview}"
    );
    let [before, after] = TAGS;
    let there = replaced(after, release.upgrade(after));
    without_failure(release, there).await.context("there")?;
    let back = async {
        release.follow("rollback").await?;
        Ok(())
    };
    let back = replaced(before, back);
    without_failure(release, back).await.context("back")
}

/// Waits until the old pods are gone, and all that run have the images of this tag.
async fn replaced(tag: &str, work: impl Future<Output = Result<()>>) -> Result<()> {
    let old = pods(OURS).await?;
    work.await?;
    gone(&old).await?;
    let found = json(&["get", "pods", OURS]).await?;
    for pod in items(&found["items"]) {
        let image = text(&pod["spec"]["containers"][0]["image"]);
        ensure!(image.ends_with(&format!(":{tag}")), "{image} runs still");
    }
    Ok(())
}

/// Does the work while people are at theirs, of whom none may notice.
pub(crate) async fn without_failure(
    release: &Release,
    work: impl Future<Output = Result<()>>,
) -> Result<()> {
    let load = Load::at_pace(release, PACE).await?;
    tokio::select! {
        done = work => done?,
        broken = visits(release) => return broken,
    }
    load.writes(AFTERWARDS).await?;
    let outcome = release.settled(load).await?;
    outcome.without_failure()?;
    Ok(())
}

/// Looks at the front end until it fails.
async fn visits(release: &Release) -> Result<()> {
    loop {
        let page = release.http().get(format!("{}/sign-in", release.backend));
        let page = send(page).await?;
        ensure!(page.status == 200, "the front end answers {}", page.status);
        sleep(LOOKS).await;
    }
}
