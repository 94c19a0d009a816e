//! cargo-deny: what crates we depend on, and on what terms.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use children::Spec;

use super::{once, remove, sibling};
use crate::progress::Progress;
use crate::workspace;

const VERSION: &str = "0.20.2";

/// The program, compiled once for each version.
pub async fn cargo_deny(progress: &Progress) -> Result<PathBuf> {
    let folder = workspace::cache().join("cargo-deny").join(VERSION);
    let target = folder.join("cargo-deny");
    once(
        "installing cargo-deny",
        target,
        progress,
        async |partial, step| {
            step.waits_for("cargo install, some minutes the first time");
            let root = sibling(partial, "root");
            remove(&root)?;
            Spec::new("cargo install", env!("CARGO"))
                .args(["install", "cargo-deny", "--locked", "--version", VERSION])
                .arg("--root")
                .arg(root.display())
                .run(step.output())
                .await?;
            let program = root.join("bin/cargo-deny");
            fs::rename(&program, partial).with_context(|| format!("{}", program.display()))?;
            remove(&root)
        },
    )
    .await
}
