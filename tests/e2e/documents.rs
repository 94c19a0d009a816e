//! The README's commands for a running product, as they stand there.

use std::fs;
use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use tokio::process::Command;
use xtask::workspace;

use crate::stage::{Product, Stage};

/// Where a block of them begins.
const BLOCK: &str = "```sh needs=up\n";

/// Where they find the backend that `cargo xtask up` starts.
const BACKEND: &str = "http://localhost:8000";

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.shared("documents: the README's commands do what it says", readme)]
}

async fn readme(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let text = fs::read_to_string(workspace::root().join("README.md"))?;
    let blocks = text.split(BLOCK).skip(1);
    for script in blocks.filter_map(|rest| Some(rest.split_once("\n```")?.0)) {
        ensure!(script.contains(BACKEND), "it asks somebody else: {script}");
        let output = Command::new("bash")
            .args(["-euo", "pipefail", "-c"])
            .arg(script.replace(BACKEND, &product.backend))
            .env("TOKEN", owner.token.as_deref().unwrap_or_default())
            .env("USER_ID", owner.user.to_string())
            .env("NO_PROXY", "*")
            .kill_on_drop(true)
            .output()
            .await?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{script}\n{said}");
    }
    let tasks = owner.get("/tasks").await?.expect(200)?;
    ensure!(tasks["items"][0]["title"] == "Buy milk", "{tasks}");
    Ok(())
}
