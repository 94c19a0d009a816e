//! Where things lie: the repository, its run-time state, and the cache outside it.

use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::fs::PermissionsExt;
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
    let open = |folder: &Path| {
        folder
            .metadata()
            .is_ok_and(|meta| meta.permissions().mode() & 0o001 != 0)
    };
    let closed = preferred
        .ancestors()
        .filter(|folder| folder.exists())
        .any(|folder| !open(folder));
    if Uid::effective().is_root() && closed {
        fallback.into()
    } else {
        preferred
    }
}

/// The full path of a program on `PATH`.
pub fn program(name: &str) -> Option<PathBuf> {
    let path: OsString = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| {
            file.metadata()
                .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
        })
}
