//! Puts tools into the cache once, whole or not at all.

mod cargo_deny;
mod chromium;
mod clients;
mod daprd;
mod go_module;
mod helm;
mod kafka;
mod node;
mod openssl;
mod postgres;
mod python;
mod schemas;

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

pub use cargo_deny::cargo_deny;
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

/// What is to be run on this machine.
#[derive(Clone, Copy, Debug)]
pub struct Needs {
    pub sidecars: bool,
    pub standalone: bool,
    pub frontend: bool,
}

/// Whether this machine has what that needs and is not installed here. Whatever is missing is named
/// at once, and before anything is done.
pub async fn prerequisites(needs: Needs) -> Result<()> {
    let mut found = Vec::new();
    if needs.sidecars {
        found.extend(kafka::prerequisites().await);
        found.extend(daprd::prerequisites().await);
    }
    if needs.standalone {
        found.push(openssl::prerequisite().await);
    }
    if needs.frontend {
        found.extend(node::prerequisites().await);
    }
    let missing: Vec<String> = found
        .into_iter()
        .filter_map(Result::err)
        .map(|error| format!("{error:#}"))
        .collect();
    ensure!(missing.is_empty(), "{}", missing.join("\n"));
    Ok(())
}

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
    let lock = locked(&sibling(&target, "lock"), &step).await?;
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

/// Waits for an exclusive lock on `file`; it ends with the returned handle. It asks again and
/// again: a thread that waits for the kernel's answer would not hear a Ctrl-C.
async fn locked(file: &Path, step: &Step) -> Result<File> {
    let lock = File::create(file).with_context(|| format!("creating {}", file.display()))?;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("locking {}", file.display()));
            }
        }
        step.waits_for("another command that is installing the same");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
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
    children::program(name)
        .with_context(|| format!("`{name}` is missing: {what}. Install it and run this again."))
}

/// The same for a program whose older versions, such as Debian's, do not do.
async fn required_since(
    least: (u32, u32),
    name: &str,
    version_flag: &str,
    what: &str,
) -> Result<PathBuf> {
    let program = required(name, what)?;
    let output = Command::new(&program).arg(version_flag).output().await;
    let output = output.with_context(|| format!("running {}", program.display()))?;
    let version = version(&String::from_utf8_lossy(&output.stdout))
        .with_context(|| format!("`{name} {version_flag}` names no version: {what}."))?;
    let (major, minor) = version;
    ensure!(
        version >= least,
        "`{name}` is version {major}.{minor}, which is too old: {what}. \
         Install a newer one and run this again."
    );
    Ok(program)
}

/// The first two numbers of what a program says of itself.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|number| !number.is_empty());
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next()?.parse().ok()?;
    Some((major, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_says_its_version_in_its_own_way() {
        assert_eq!(version("go version go1.26.0 linux/amd64"), Some((1, 26)));
        assert_eq!(version("openjdk 17.0.12 2024-07-16"), Some((17, 0)));
        assert_eq!(version("v20.11.1\n"), Some((20, 11)));
        assert_eq!(version(""), None);
    }
}
