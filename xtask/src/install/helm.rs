//! Helm and promtool, which check what is deployed.

use std::path::PathBuf;

use anyhow::Result;

use super::go_module::Tool;
use crate::progress::Progress;

const HELM: Tool = Tool {
    name: "helm",
    module: "helm.sh/helm/v3",
    version: "v3.22.0",
    package: "./cmd/helm",
    tags: "",
};

/// Prometheus 3.15; modules of it are numbered like this.
const PROMTOOL: Tool = Tool {
    name: "promtool",
    module: "github.com/prometheus/prometheus",
    version: "v0.315.0",
    package: "./cmd/promtool",
    // Clients of a dozen clouds, which rules do not need.
    tags: "remove_all_sd",
};

pub async fn helm(progress: &Progress) -> Result<PathBuf> {
    HELM.install(progress).await
}

pub async fn promtool(progress: &Progress) -> Result<PathBuf> {
    PROMTOOL.install(progress).await
}
