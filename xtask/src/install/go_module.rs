//! Tools and files out of Go modules: no binary of them can be downloaded everywhere.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use children::Spec;
use serde::Deserialize;
use tokio::process::Command;

use super::{once, remove, required, sibling};
use crate::progress::Progress;
use crate::workspace;

/// A program that is built from a module as it is.
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) module: &'static str,
    pub(super) version: &'static str,
    /// The program's folder in the module.
    pub(super) package: &'static str,
    pub(super) tags: &'static str,
}

impl Tool {
    pub(super) async fn install(&self, progress: &Progress) -> Result<PathBuf> {
        let Self { name, version, .. } = self;
        let target = workspace::cache().join(name).join(version).join(name);
        let what = format!("installing {name}");
        once(&what, target, progress, async |partial, step| {
            let go = required("go", &format!("Go builds {name}"))?;
            let source = sibling(partial, "source");
            step.waits_for(&format!("the Go module {} {version}", self.module));
            let module = download(&go, &format!("{}@{version}", self.module)).await?;
            // Inside a copy its own go.mod and go.sum hold.
            remove(&source)?;
            copy_writable(&module, &source)?;
            step.waits_for("go build, some minutes the first time");
            Spec::new("go build", go)
                .args(["build", "-trimpath", "-ldflags", "-s -w", "-tags"])
                .arg(self.tags)
                .arg("-o")
                .arg(partial.display())
                .arg(self.package)
                .env("CGO_ENABLED", "0")
                .env("GOFLAGS", "-buildvcs=false")
                // A workspace file names folders that the module leaves out.
                .env("GOWORK", "off")
                .dir(&source)
                .run(step.output())
                .await?;
            remove(&source)
        })
        .await
    }
}

/// Where the module cache holds `module@version`.
pub(super) async fn download(go: &Path, module: &str) -> Result<PathBuf> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Module {
        dir: PathBuf,
    }
    let output = Command::new(go)
        .args(["mod", "download", "-json", module])
        .current_dir(std::env::temp_dir())
        .kill_on_drop(true)
        .output()
        .await?;
    ensure!(
        output.status.success(),
        "go mod download {module}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let module: Module = serde_json::from_slice(&output.stdout)?;
    Ok(module.dir)
}

/// The module cache is read-only, and so would be a plain copy of it.
pub(super) fn copy_writable(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_writable(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
            fs::set_permissions(&target, fs::Permissions::from_mode(0o644))?;
        }
    }
    Ok(())
}
