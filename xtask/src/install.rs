//! Puts tools into the cache once, whole or not at all.

mod chromium;
mod clients;
mod daprd;
mod go_module;
mod helm;
mod kafka;
mod node;
mod postgres;
mod python;
mod schemas;

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub use chromium::chromium;
pub use clients::{Clients, Python, clients, fastmcp};
pub use daprd::daprd;
pub use helm::{helm, promtool};
pub use kafka::kafka;
pub use node::{Node, node};
pub use postgres::postgres;
pub use python::dateutil;
pub use schemas::{KUBERNETES, schemas};

use crate::progress::{Progress, Step};
use crate::workspace;

/// Makes `target` exist by letting `fill` write a temporary sibling that is then renamed,
/// so an interrupted or a second concurrent installation leaves nothing half done.
async fn once(
    what: &str,
    target: PathBuf,
    progress: &Progress,
    fill: impl AsyncFnOnce(&Path, &Step) -> Result<()>,
) -> Result<PathBuf> {
    if target.exists() {
        return Ok(target);
    }
    let step = progress.step(what);
    let folder = target.parent().context("a tool lies in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let lock = locked(sibling(&target, "lock"), &step).await?;
    if !target.exists() {
        let partial = sibling(&target, "partial");
        remove(&partial)?;
        fill(&partial, &step).await?;
        fs::rename(&partial, &target)
            .with_context(|| format!("moving the finished {}", target.display()))?;
    }
    drop(lock);
    step.done("installed");
    Ok(target)
}

/// Waits for an exclusive lock on `file`; it ends with the returned handle.
async fn locked(file: PathBuf, step: &Step) -> Result<File> {
    let lock = File::create(&file).with_context(|| format!("creating {}", file.display()))?;
    if lock.try_lock().is_ok() {
        return Ok(lock);
    }
    step.waits_for("another command that is installing the same");
    tokio::task::spawn_blocking(move || {
        lock.lock()
            .with_context(|| format!("locking {}", file.display()))?;
        Ok(lock)
    })
    .await?
}

fn sibling(target: &Path, suffix: &str) -> PathBuf {
    let mut name = target
        .file_name()
        .map_or_else(OsString::new, OsString::from);
    name.push(".");
    name.push(suffix);
    target.with_file_name(name)
}

fn remove(path: &Path) -> Result<()> {
    if path.is_dir() {
        fs::remove_dir_all(path)?;
    } else if path.exists() {
        fs::remove_file(path)?;
    }
    Ok(())
}

/// The full path of a program that we need but do not install.
fn required(name: &str, what: &str) -> Result<PathBuf> {
    workspace::program(name)
        .with_context(|| format!("`{name}` is missing: {what}. Install it and run this again."))
}
