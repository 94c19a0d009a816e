//! The Dapr sidecar, built from its Go module: no binary of it can be downloaded everywhere.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use children::Spec;
use tokio::process::Command;

use super::{go_module, once, remove, required_since, sibling};
use crate::progress::Progress;
use crate::workspace;

/// 1.18.3 cannot be resolved from the Go module proxy.
pub(super) const VERSION: &str = "1.18.2";

/// The component registrations that stay in; every other one only adds build time and size.
const COMPONENTS: [&str; 13] = [
    "zz_notag",
    "bindings_cron",
    "nameresolution_kubernetes",
    "nameresolution_mdns",
    "nameresolution_sqlite",
    "pubsub_in-memory",
    "pubsub_kafka",
    "secretstores_kubernetes",
    "secretstores_local_env",
    "secretstores_local_file",
    "state_in-memory",
    "state_postgres",
    "state_redis",
];

/// The `daprd` to run: the one on `PATH` if it has our version, else our own build.
/// A first build takes about five CPU minutes.
pub async fn daprd(progress: &Progress) -> Result<PathBuf> {
    if let Some(found) = on_path().await? {
        return Ok(found);
    }
    once(
        "installing daprd",
        target(),
        progress,
        async |partial, step| {
            let go = go().await?;
            let source = sibling(partial, "source");
            step.waits_for(&format!("the Go module of Dapr {VERSION}"));
            unpack(&go, &source).await?;
            step.waits_for("go build, about five minutes the first time");
            let flags = format!("-s -w -X github.com/dapr/dapr/pkg/buildinfo.version={VERSION}");
            // Every component that is left in the folder, not only those called stable: the
            // sqlite name resolver is not.
            Spec::new("go build", go)
                .args(["build", "-trimpath", "-tags", "allcomponents", "-ldflags"])
                .arg(flags)
                .arg("-o")
                .arg(partial.display())
                .arg("./cmd/daprd")
                .env("CGO_ENABLED", "0")
                .env("GOFLAGS", "-buildvcs=false")
                .dir(&source)
                .run(step.output())
                .await?;
            remove(&source)
        },
    )
    .await
}

/// What a machine must have to get it, unless that was done.
pub(super) async fn prerequisites() -> Vec<Result<PathBuf>> {
    if target().exists() || on_path().await.is_ok_and(|found| found.is_some()) {
        return Vec::new();
    }
    vec![go().await]
}

/// From 1.21 on, Go fetches by itself the release that a module asks for.
async fn go() -> Result<PathBuf> {
    required_since((1, 21), "go", "version", "Go 1.26 builds the Dapr sidecar").await
}

fn target() -> PathBuf {
    workspace::cache().join("daprd").join(VERSION).join("daprd")
}

async fn on_path() -> Result<Option<PathBuf>> {
    let Some(found) = children::program("daprd") else {
        return Ok(None);
    };
    let is_ours = version_of(&found).await? == VERSION;
    Ok(is_ours.then_some(found))
}

async fn version_of(daprd: &Path) -> Result<String> {
    let output = Command::new(daprd).arg("--version").output().await?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Copies the module to `source`, where its own go.mod and go.sum hold, without the
/// components that we do not use.
async fn unpack(go: &Path, source: &Path) -> Result<()> {
    let module = go_module::download(go, &format!("github.com/dapr/dapr@v{VERSION}")).await?;
    remove(source)?;
    go_module::copy_writable(&module, source)?;
    let components = source.join("cmd/daprd/components");
    for entry in fs::read_dir(&components)? {
        let file = entry?.path();
        let name = file.file_stem().and_then(|stem| stem.to_str());
        if !name.is_some_and(|name| COMPONENTS.contains(&name)) {
            remove(&file)?;
        }
    }
    Ok(())
}
