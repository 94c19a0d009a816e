//! The API server takes what people are told to install, and nothing misspelt.

use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use xtask::progress::Progress;
use xtask::{deploy, install};

use crate::kube::kubectl;
use crate::release::Release;
use crate::stage::Stage;

/// The kinds of the Prometheus operator that the chart has.
const MONITORING: [&str; 2] = ["servicemonitors", "prometheusrules"];

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.trial(
        "variants: the server takes each of the chart, and no misspelt field",
        variants,
    )]
}

async fn variants(release: &Release) -> Result<()> {
    let lent = lend_monitoring().await?;
    let outcome = all(release).await;
    for file in lent {
        kubectl(&["delete", "--filename", &file]).await?;
    }
    outcome
}

async fn all(release: &Release) -> Result<()> {
    for (name, objects) in deploy::variants(&Progress::hidden()).await? {
        let taken = try_to_apply(release, &objects).await;
        taken.with_context(|| format!("the chart, {name}"))?;
        let misspelt = objects.replace("readinessProbe:", "readinesProbe:");
        ensure!(
            try_to_apply(release, &misspelt).await.is_err(),
            "the server takes a misspelt field"
        );
    }
    Ok(())
}

/// As far as the server can say without doing it.
async fn try_to_apply(release: &Release, objects: &str) -> Result<()> {
    let file = release.folder.join("variant.yaml");
    fs::write(&file, objects)?;
    let file = file.display().to_string();
    kubectl(&["apply", "--dry-run=server", "--filename", &file]).await?;
    Ok(())
}

/// Makes the kinds known that are not, and gives the files that describe them.
async fn lend_monitoring() -> Result<Vec<String>> {
    let described = install::schemas(&Progress::hidden()).await?;
    let mut lent = Vec::new();
    for kind in MONITORING {
        let name = format!("customresourcedefinition/{kind}.monitoring.coreos.com");
        let found = kubectl(&["get", &name, "--ignore-not-found", "--output=name"]).await?;
        if !found.is_empty() {
            continue;
        }
        let file = format!("crds/monitoring.coreos.com_{kind}.yaml");
        let file = described.join(file).display().to_string();
        kubectl(&["create", "--filename", &file]).await?;
        lent.push(file);
        kubectl(&["wait", "--for=condition=Established", &name, "--timeout=1m"]).await?;
    }
    Ok(lent)
}
