//! `cargo xtask generate`: every file that is made from code, and the check that none is old.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use tokio::process::Command;

use crate::deploy::{self, Chart};
use crate::progress::Progress;
use crate::{cargo, install, queries, workspace};

/// Paths below the root of the repository, with their content.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Writes every generated file, or with `check` fails and lists those that would change.
/// The check runs clippy on the whole workspace on its way, with every warning an error.
pub async fn run(check: bool, progress: &Progress) -> Result<()> {
    let mut fresh = queries::record(check, progress).await?;
    if !check {
        // The rest is made by building the service, which needs its queries.
        apply(&fresh, progress)?;
    }
    fresh.insert(
        "proto/events.schema.json".into(),
        pretty(&serde_json::to_value(events::schema())?)?,
    );
    fresh.insert("proto/asyncapi.json".into(), pretty(&events::asyncapi())?);
    fresh.append(&mut documents(progress).await?);
    fresh.append(&mut deployment(check, progress).await?);
    let changes = changes(&fresh)?;
    if changes.is_empty() {
        progress.line("generated files are up to date");
    } else if check {
        let list: Vec<String> = changes.iter().map(ToString::to_string).collect();
        bail!(
            "these files are not what the code says; run `cargo xtask generate`:\n{}",
            list.join("\n")
        );
    }
    apply(&fresh, progress)
}

/// What the chart copies, and the manifests made of it.
async fn deployment(check: bool, progress: &Progress) -> Result<Files> {
    let helm = install::helm(progress).await?;
    let mut fresh = deploy::copies()?;
    if !check {
        // Helm reads them.
        apply(&fresh, progress)?;
    }
    let manifests = deploy::manifests(&Chart { helm }).await?;
    fresh.insert("k8s-manifests.yaml".into(), manifests);
    Ok(fresh)
}

fn apply(fresh: &BTreeMap<PathBuf, Vec<u8>>, progress: &Progress) -> Result<()> {
    for change in changes(fresh)? {
        progress.line(&change.to_string());
        change.apply(fresh)?;
    }
    Ok(())
}

/// What the services say of themselves. Built with what tests are built with, which is there
/// already or will be needed next.
async fn documents(progress: &Progress) -> Result<Files> {
    let step = progress.step("documents");
    step.waits_for("cargo build");
    cargo::cargo_for_tests("build")
        .args(["--example", "openapi", "--example", "tools"])
        .run(step.output())
        .await?;
    let openapi = pretty(&serde_json::from_slice(&printed("openapi").await?)?)?;
    let tools = printed("tools").await?;
    step.done("made");
    Ok(Files::from([
        ("proto/openapi.json".into(), openapi),
        ("services/agent/TOOLS.md".into(), tools),
    ]))
}

async fn printed(example: &str) -> Result<Vec<u8>> {
    let program = workspace::root()
        .join("target/debug/examples")
        .join(example);
    let output = Command::new(program)
        .stderr(Stdio::inherit())
        .output()
        .await?;
    ensure!(
        output.status.success(),
        "{example} failed ({})",
        output.status
    );
    Ok(output.stdout)
}

fn pretty(value: &serde_json::Value) -> Result<Vec<u8>> {
    Ok((serde_json::to_string_pretty(value)? + "\n").into_bytes())
}

enum Change {
    Written(PathBuf),
    Removed(PathBuf),
}

/// How the tree differs from `fresh`. Two folders hold nothing else, so if anything of them is
/// fresh, what is not goes.
fn changes(fresh: &Files) -> Result<Vec<Change>> {
    let root = workspace::root();
    let mut changes = Vec::new();
    for (path, content) in fresh {
        if fs::read(root.join(path)).ok().as_ref() != Some(content) {
            changes.push(Change::Written(path.clone()));
        }
    }
    for folder in [queries::FOLDER, deploy::COPIES] {
        let entries = fs::read_dir(root.join(folder));
        if !fresh.keys().any(|path| path.starts_with(folder)) {
            continue;
        }
        for entry in entries.into_iter().flatten() {
            let path = Path::new(folder).join(entry?.file_name());
            if !fresh.contains_key(&path) {
                changes.push(Change::Removed(path));
            }
        }
    }
    Ok(changes)
}

impl Change {
    fn apply(&self, fresh: &Files) -> Result<()> {
        match self {
            Self::Written(path) => {
                let content = fresh.get(path).context("a change is of a fresh file")?;
                let target = workspace::root().join(path);
                if let Some(folder) = target.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::write(&target, content).with_context(|| format!("{}", target.display()))
            }
            Self::Removed(path) => Ok(fs::remove_file(workspace::root().join(path))?),
        }
    }
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Written(path) => write!(f, "  written {}", path.display()),
            Self::Removed(path) => write!(f, "  removed {}", path.display()),
        }
    }
}
