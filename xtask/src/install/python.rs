//! python-dateutil from the Python package index: recurrence rules are compared with it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use children::Spec;

use super::{once, remove, required, sibling};
use crate::progress::Progress;
use crate::workspace;

const VERSION: &str = "2.9.0.post0";
const SHA256: &str = "a8b2bc7bffae282281c8140a97d3aa9c14da0b136dfe83f850eea9a5f7470427";

/// What it needs itself.
const SIX: &str = "six==1.17.0 \
    --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274";

/// The folder with the wheels of python-dateutil and of what it needs. Python imports wheels as
/// they are.
pub async fn dateutil(progress: &Progress) -> Result<PathBuf> {
    let python = required(
        "python3",
        "Python says what a recurrence rule means elsewhere",
    )?;
    let target = workspace::cache().join("dateutil").join(VERSION);
    once(
        "installing dateutil",
        target,
        progress,
        async |partial, step| {
            let requirements = sibling(partial, "txt");
            let dateutil = format!("python-dateutil=={VERSION} --hash=sha256:{SHA256}");
            fs::write(&requirements, format!("{dateutil}\n{SIX}\n"))?;
            step.waits_for(&format!("the Python package index: dateutil {VERSION}"));
            // pip reads its own configuration, so a mirror is used where one is set.
            Spec::new("pip download", python)
                .args(["-m", "pip", "download", "--quiet", "--no-deps"])
                .args(["--only-binary=:all:", "--require-hashes"])
                .arg(format!("--requirement={}", requirements.display()))
                .arg(format!("--dest={}", partial.display()))
                .run(step.output())
                .await
                .context("pip comes with Python, or as the package python3-pip")?;
            remove(&requirements)
        },
    )
    .await
}
