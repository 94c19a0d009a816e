//! Where things lie: the repository, its run-time state, and the cache outside it.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use nix::unistd::Uid;
use uuid::Uuid;

/// The root of the repository.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_path_buf()
}

/// The app, which is no crate.
pub fn frontend() -> PathBuf {
    root().join("frontend")
}

/// What `cargo xtask up` keeps between runs: databases, the topic log. Git-ignored.
pub fn state() -> PathBuf {
    let mut hasher = DefaultHasher::new();
    root().hash(&mut hasher);
    let elsewhere = format!("/var/lib/taskflow/{:016x}", hasher.finish());
    open_to_servers(root().join(".taskflow"), elsewhere)
}

/// A new empty folder for one run of a test or benchmark, which nothing else will use.
/// It outlives the run, so that its logs can be read.
pub fn scratch(name: &str) -> io::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("taskflow-{name}-{}", Uuid::now_v7()));
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Downloads and builds that outlive `target/`, in one folder per tool and version.
pub fn cache() -> PathBuf {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        .unwrap_or_else(std::env::temp_dir);
    open_to_servers(base.join("taskflow"), "/var/cache/taskflow")
}

/// `preferred`, or `fallback` when root runs us from a folder like `/root` that the
/// unprivileged user who must run Postgres cannot enter.
fn open_to_servers(preferred: PathBuf, fallback: impl Into<PathBuf>) -> PathBuf {
    if Uid::effective().is_root() && children::closed_to_others(&preferred).is_some() {
        fallback.into()
    } else {
        preferred
    }
}
