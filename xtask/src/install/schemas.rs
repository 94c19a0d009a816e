//! What manifests are checked against: the descriptions that Kubernetes, Dapr, the Prometheus
//! operator and Compose publish of their own files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::daprd::VERSION as DAPR;
use super::{go_module, once, required};
use crate::progress::Progress;
use crate::workspace;

/// The Kubernetes whose API the chart is checked against.
pub const KUBERNETES: &str = "v1.36.3";
const OPERATOR: &str = "v0.85.0";
const COMPOSE: &str = "v2.16.2";

/// A folder with `swagger.json` (Kubernetes), `crds/*.yaml`, `annotations.go` (what Dapr's
/// injector understands) and `compose-spec.json`.
pub async fn schemas(progress: &Progress) -> Result<PathBuf> {
    let version = format!("{KUBERNETES}-{DAPR}-{OPERATOR}-{COMPOSE}");
    let target = workspace::cache().join("schemas").join(version);
    once(
        "installing schemas",
        target,
        progress,
        async |partial, step| {
            let go = required("go", "Go fetches modules")?;
            fs::create_dir_all(partial.join("crds"))?;
            for (module, files) in [
                (
                    format!("k8s.io/kubernetes@{KUBERNETES}"),
                    [("api/openapi-spec/swagger.json", "swagger.json")].as_slice(),
                ),
                (
                    format!("github.com/dapr/dapr@v{DAPR}"),
                    &[
                        ("charts/dapr/crds/", "crds/"),
                        ("pkg/injector/annotations/annotations.go", "annotations.go"),
                    ],
                ),
                (
                    format!("github.com/prometheus-operator/prometheus-operator@{OPERATOR}"),
                    &[("example/prometheus-operator-crd/", "crds/")],
                ),
                (
                    format!("github.com/compose-spec/compose-go/v2@{COMPOSE}"),
                    &[("schema/compose-spec.json", "compose-spec.json")],
                ),
            ] {
                step.waits_for(&format!("the Go module {module}"));
                let folder = go_module::download(&go, &module).await?;
                for (from, to) in files {
                    copy(&folder.join(from), &partial.join(to))?;
                }
            }
            Ok(())
        },
    )
    .await
}

/// A file, or the files of a folder.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        return go_module::copy_writable(from, to);
    }
    fs::copy(from, to).with_context(|| format!("copying {}", from.display()))?;
    Ok(())
}
