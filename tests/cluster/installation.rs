//! What is installed is complete at once, and says so.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;

use crate::kube::{OURS, kubectl};
use crate::release::Release;
use crate::stage::Stage;

/// With the images on the node.
const PROMISED: Duration = Duration::from_secs(90);

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.trial(
            "installation: within 90 s every pod is ready, with its sidecar",
            ready,
        ),
        stage.trial("installation: the doctor has no complaint", healthy),
    ]
}

async fn ready(release: &Release) -> Result<()> {
    let pods = kubectl(&["get", "pods", OURS, "--no-headers"]).await?;
    for pod in pods.lines() {
        let mut columns = pod.split_whitespace();
        let name = columns.next().context("a pod without a name")?;
        // The front end speaks to the backend like anybody else.
        let wanted = if name.starts_with("taskflow-frontend") {
            "1/1"
        } else {
            "2/2"
        };
        ensure!(columns.next() == Some(wanted), "{pod}");
        ensure!(columns.next() == Some("Running"), "{pod}");
    }
    let services = xtask::cluster::services()?.len();
    ensure!(pods.lines().count() == services + 1, "{pods}");
    for step in ["look", "logs"] {
        release.follow(step).await?;
    }
    let relay = release.follow("relay").await?;
    ensure!(relay.contains("Postgres session"), "nobody leads: {relay}");
    ensure!(release.took <= PROMISED, "it took {:?}", release.took);
    eprintln!("installed in {:?}", release.took);
    Ok(())
}

/// What a deployment stands on, sidecars and all.
async fn healthy(release: &Release) -> Result<()> {
    let said = release.follow("doctor").await?;
    for thing in [
        "database", "schema", "clock", "broker", "sidecar", "secret", "zones",
    ] {
        ensure!(said.contains(&format!("ok    {thing}")), "{said}");
    }
    Ok(())
}
