//! The commands in the documents: each is run here, or by the trials on a cluster, or says what it
//! needs that is not here.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail, ensure};
use tokio::process::Command;

use super::chart::Chart;
use crate::workspace;

const DOCUMENTS: [&str; 6] = [
    "README.md",
    "ARCHITECTURE.md",
    "DEPLOYMENT.md",
    "K8S_SETUP.md",
    "CLOUD_OPTIONS.md",
    "ops/runbooks",
];

/// What may stand behind `sh` where a block begins.
const NEEDS: [&str; 8] = [
    // Run here, with Helm on the PATH.
    "tested",
    // Our own commands: `xtask/src/main.rs` looks whether there are such.
    "xtask",
    // A running product: `tests/e2e/documents.rs` runs it.
    "needs=up",
    // A cluster, Docker, charts of others, an account elsewhere, the programs.
    "needs=cluster",
    "needs=docker",
    "needs=internet",
    "needs=account",
    "needs=release",
];

/// What people are led through step by step: on a cluster every command is tried. What runbooks
/// say depends on what is wrong.
const TRIED: [&str; 2] = ["DEPLOYMENT.md", "K8S_SETUP.md"];

/// Who tries it, by the name behind `step=`.
const TRIALS: &str = "tests/cluster";

/// Runs what can be run, and says how many blocks that were.
pub(super) async fn check(chart: &Chart) -> Result<usize> {
    let mut run = 0;
    let trials = trials()?;
    let mut steps = BTreeSet::new();
    for file in files()? {
        let text = fs::read_to_string(workspace::root().join(&file))?;
        for block in blocks(&text) {
            let at = format!("{file}, line {}", block.line);
            ensure!(
                NEEDS.contains(&block.needs),
                "{at}: say after `sh` what the commands need: {}",
                NEEDS.join(", ")
            );
            if let Some(step) = block.step {
                ensure!(
                    block.needs == "needs=cluster",
                    "{at}: a step is for a cluster"
                );
                ensure!(steps.insert(step.to_owned()), "{at}: {step} is there twice");
                ensure!(
                    trials.contains(&format!("\"{step}\"")),
                    "{at}: no trial in {TRIALS} takes the step {step}"
                );
            } else {
                ensure!(
                    block.needs != "needs=cluster" || !TRIED.contains(&file.as_str()),
                    "{at}: say with `step=…` what {TRIALS} is to try"
                );
            }
            if block.needs == "tested" {
                execute(&block.script, chart).await.context(at)?;
                run += 1;
            }
        }
    }
    ensure!(run > 0, "no document has commands that are run");
    Ok(run)
}

pub(super) fn files() -> Result<Vec<String>> {
    let mut files = Vec::new();
    for name in DOCUMENTS {
        if !workspace::root().join(name).is_dir() {
            files.push(name.to_owned());
            continue;
        }
        for entry in fs::read_dir(workspace::root().join(name))? {
            files.push(format!("{name}/{}", entry?.file_name().display()));
        }
    }
    Ok(files)
}

/// The commands of a step, wherever it is written down.
pub fn step(name: &str) -> Result<String> {
    for file in files()? {
        let text = fs::read_to_string(workspace::root().join(&file))?;
        let mut blocks = blocks(&text).into_iter();
        if let Some(block) = blocks.find(|block| block.step == Some(name)) {
            return Ok(block.script);
        }
    }
    bail!("no document has the step {name}")
}

/// The source of the trials on a cluster.
fn trials() -> Result<String> {
    let mut text = String::new();
    for entry in fs::read_dir(workspace::root().join(TRIALS))? {
        text += &fs::read_to_string(entry?.path())?;
    }
    Ok(text)
}

struct Block<'a> {
    line: usize,
    needs: &'a str,
    step: Option<&'a str>,
    script: String,
}

/// What lies between "```sh …" and "```".
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(needs) = line.trim_start().strip_prefix("```sh") else {
            continue;
        };
        let (needs, step) = match needs.split_once(" step=") {
            Some((needs, step)) => (needs.trim(), Some(step.trim())),
            None => (needs.trim(), None),
        };
        let script = lines.by_ref().map(|(_, line)| line);
        let script = script.take_while(|line| line.trim() != "```");
        blocks.push(Block {
            line: number + 1,
            needs,
            step,
            script: script.collect::<Vec<_>>().join("\n"),
        });
    }
    blocks
}

/// In an empty folder beside links to the repository's, so that nothing is left in it.
async fn execute(script: &str, chart: &Chart) -> Result<()> {
    let folder = workspace::scratch("document")?;
    for name in ["charts", "k8s-manifests.yaml", ".env.example"] {
        std::os::unix::fs::symlink(workspace::root().join(name), folder.join(name))?;
    }
    let tools = chart.helm.parent().context("helm lies in a folder")?;
    let mut path = tools.as_os_str().to_owned();
    if let Some(others) = std::env::var_os("PATH") {
        path.push(":");
        path.push(others);
    }
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(&folder)
        .env("PATH", path)
        .kill_on_drop(true)
        .output()
        .await?;
    if !output.status.success() {
        bail!(
            "{script}\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    fs::remove_dir_all(folder)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_with_what_they_need() {
        let text = "Text\n```sh tested\necho 1\necho 2\n```\n```yaml\na: 1\n```\n```sh\nls\n```\n\
                    ```sh needs=cluster step=look\nls\n```\n";
        let blocks = blocks(text);
        assert_eq!(blocks.len(), 3);
        assert_eq!((blocks[0].line, blocks[0].needs), (2, "tested"));
        assert_eq!(blocks[0].script, "echo 1\necho 2");
        assert_eq!(blocks[1].needs, "");
        assert_eq!(
            (blocks[2].needs, blocks[2].step),
            ("needs=cluster", Some("look"))
        );
    }
}
