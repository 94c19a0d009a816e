//! `cargo xtask bench`: release builds of the services, measured by `benches/`.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::Result;

use crate::cargo;
use crate::install;
use crate::progress::Progress;
use crate::workspace;

/// Becomes the benchmark program, with these arguments.
pub async fn run(args: &[String]) -> Result<()> {
    let progress = Progress::new();
    tokio::try_join!(
        install::postgres(&progress),
        install::kafka(&progress),
        install::daprd(&progress)
    )?;
    cargo::build_for_bench(&progress).await?;
    let error = Command::new(workspace::root().join("target/release/taskflow-benches"))
        .args(args)
        .current_dir(workspace::root())
        .exec();
    Err(error.into())
}
