//! The environment that services read, against what `.env.example` and the chart say of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::chart::FOLDER;

/// What every service flattens into its configuration.
const SHARED: [&str; 4] = [
    "crates/auth/src/config.rs",
    "crates/sidecar/src/args.rs",
    "crates/sidecar/src/kafka_args.rs",
    "crates/telemetry/src/start.rs",
];

pub(super) fn check(root: &Path) -> Result<()> {
    let shared = variables(&SHARED.map(|file| root.join(file)))?;
    explained(root, &shared)?;
    let schema = fs::read(root.join(FOLDER).join("values.schema.json"))?;
    let schema: Value = serde_json::from_slice(&schema)?;
    let services = &schema["properties"]["services"]["properties"];
    let common = &schema["properties"]["env"]["properties"];
    for entry in fs::read_dir(root.join("services"))? {
        let folder = entry?.path();
        let name = folder.file_name().and_then(|name| name.to_str());
        let name = name.context("a folder has a name")?;
        if !folder.is_dir() {
            continue;
        }
        let own = variables(&sources(&folder.join("src"))?)?;
        explained(root, &own)?;
        // One process has no chart.
        if name == "standalone" {
            continue;
        }
        let settings = &services[name]["properties"]["env"]["properties"];
        ensure!(settings.is_object(), "{name} is not in the chart");
        for setting in keys(settings).chain(keys(common)) {
            ensure!(
                own.contains(setting) || shared.contains(setting),
                "the chart sets {setting}, which {name} does not read"
            );
        }
    }
    let front_end = fs::read_to_string(root.join("frontend/lib/env.ts"))?;
    for setting in keys(&services["frontend"]["properties"]["env"]["properties"]) {
        ensure!(
            front_end.contains(&format!("  {setting}: ")),
            "the chart sets {setting}, which the front end does not read"
        );
    }
    Ok(())
}

fn keys(object: &Value) -> impl Iterator<Item = &str> {
    let fields = object.as_object().into_iter().flatten();
    fields.map(|(name, _)| name.as_str())
}

/// `config.rs`, and its modules.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = vec![folder.join("config.rs")];
    if let Ok(entries) = fs::read_dir(folder.join("config")) {
        for entry in entries {
            files.push(entry?.path());
        }
    }
    Ok(files)
}

fn explained(root: &Path, variables: &BTreeSet<String>) -> Result<()> {
    let example = fs::read_to_string(root.join(".env.example"))?;
    let lines = example.lines().map(|line| line.trim_start_matches("# "));
    let known: BTreeSet<&str> = lines
        .filter_map(|line| Some(line.split_once('=')?.0))
        .collect();
    for name in variables {
        ensure!(
            known.contains(name.as_str()),
            ".env.example does not explain {name}"
        );
    }
    Ok(())
}

/// What clap takes from the environment: `#[arg(…, env = "NAME")]`, or the field's name behind
/// `#[arg(…, env)]`.
fn variables(files: &[PathBuf]) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for file in files {
        let text =
            fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
        for part in text.split("#[arg(").skip(1) {
            names.extend(variable(part));
        }
    }
    Ok(names)
}

/// Of what follows `#[arg(`.
fn variable(part: &str) -> Option<String> {
    let (attribute, field) = part.split_once(")]")?;
    if let Some((_, named)) = attribute.split_once("env = \"") {
        return named.split('"').next().map(ToOwned::to_owned);
    }
    let mut options = attribute.split(',').map(str::trim);
    let name = field.split_once("pub ")?.1.split(':').next()?;
    options.any(|it| it == "env").then(|| name.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_by_name_and_by_field() {
        let part = "long, env, default_value = \"1\")]\n    pub http_addr: SocketAddr,";
        assert_eq!(variable(part).as_deref(), Some("HTTP_ADDR"));
        let part = "long, env = \"RUST_LOG\", default_value = \"info\")]\n    pub filter: String,";
        assert_eq!(variable(part).as_deref(), Some("RUST_LOG"));
        assert_eq!(variable("long)]\n    pub user: Vec<UserId>,"), None);
    }
}
