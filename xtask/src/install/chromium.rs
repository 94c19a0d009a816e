//! Debian's Chromium: what people look at the app with, for the tests.

use std::path::PathBuf;

use anyhow::Result;
use children::Spec;
use nix::unistd::Uid;

use super::{locked, required};
use crate::progress::Progress;

const WHAT: &str = "the tests look at the app with it (Debian: `apt-get install chromium`)";

/// What it is called elsewhere.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The browser's program. Only root can install it, and only where Debian's packages are.
pub async fn chromium(progress: &Progress) -> Result<PathBuf> {
    if let Some(found) = NAMES.into_iter().find_map(children::program) {
        return Ok(found);
    }
    let apt = children::program("apt-get").filter(|_| Uid::effective().is_root());
    if let Some(apt) = apt {
        let step = progress.step("installing chromium");
        let lock = std::env::temp_dir().join("taskflow-apt.lock");
        let _lock = locked(&lock, &step).await?;
        step.waits_for("apt-get, which fetches about 100 MB");
        for args in [
            &["update"][..],
            &["install", "--yes", "--no-install-recommends", "chromium"],
        ] {
            Spec::new("apt-get", &apt)
                .arg("--quiet")
                .args(args)
                .env("DEBIAN_FRONTEND", "noninteractive")
                .run(step.output())
                .await?;
        }
        step.done("installed");
    }
    required("chromium", WHAT)
}
