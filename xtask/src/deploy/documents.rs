//! The commands in the documents: each is run here, or says what it needs that is not here.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use tokio::process::Command;

use super::chart::Chart;
use crate::workspace;

const DOCUMENTS: [&str; 4] = [
    "DEPLOYMENT.md",
    "K8S_SETUP.md",
    "CLOUD_OPTIONS.md",
    "ops/runbooks",
];

/// What may stand behind `sh` where a block begins.
const NEEDS: [&str; 4] = [
    // Run here, with Helm on the PATH.
    "tested",
    // A cluster, Docker, an account elsewhere.
    "needs=cluster",
    "needs=docker",
    "needs=account",
];

/// Runs what can be run, and says how many blocks that were.
pub(super) async fn check(chart: &Chart) -> Result<usize> {
    let mut run = 0;
    for file in files()? {
        let text = fs::read_to_string(workspace::root().join(&file))?;
        for block in blocks(&text) {
            let at = format!("{file}, line {}", block.line);
            ensure!(
                NEEDS.contains(&block.needs),
                "{at}: say after `sh` what the commands need: {}",
                NEEDS.join(", ")
            );
            if block.needs == "tested" {
                execute(&block.script, chart).await.context(at)?;
                run += 1;
            }
        }
    }
    ensure!(run > 0, "no document has commands that are run");
    Ok(run)
}

fn files() -> Result<Vec<String>> {
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

struct Block<'a> {
    line: usize,
    needs: &'a str,
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
        let script = lines.by_ref().map(|(_, line)| line);
        let script = script.take_while(|line| line.trim() != "```");
        blocks.push(Block {
            line: number + 1,
            needs: needs.trim(),
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
        let text = "Text\n```sh tested\necho 1\necho 2\n```\n```yaml\na: 1\n```\n```sh\nls\n```\n";
        let blocks = blocks(text);
        assert_eq!(blocks.len(), 2);
        assert_eq!((blocks[0].line, blocks[0].needs), (2, "tested"));
        assert_eq!(blocks[0].script, "echo 1\necho 2");
        assert_eq!(blocks[1].needs, "");
    }
}
