//! `ops/`: rules that Prometheus takes and that fire when they should, about metrics there are.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::workspace;

const ALERTS: &str = "ops/prometheus/alerts.yaml";
const TESTS: &str = "ops/prometheus/alerts.test.yaml";
const DASHBOARD: &str = "ops/grafana/taskflow.json";

/// Where the code gives metrics their names.
const NAMED_IN: [&str; 2] = ["crates", "services"];

/// Metrics of others: Prometheus and Dapr.
const FOREIGN: [&str; 2] = ["up", "dapr_"];

pub(super) async fn check(promtool: &Path) -> Result<()> {
    let check = ["check", "rules", "--lint=all", "--lint-fatal", ALERTS];
    let test = ["test", "rules", TESTS];
    for args in [check.as_slice(), &test] {
        promtool_says_yes(promtool, args).await?;
    }
    let known = metrics()?;
    let code = code()?;
    let mut asked_for = BTreeSet::new();
    let rules: Value = serde_norway::from_str(&read(ALERTS)?)?;
    let dashboard: Value = serde_json::from_str(&read(DASHBOARD)?)?;
    for (file, document) in [(ALERTS, &rules), (DASHBOARD, &dashboard)] {
        let mut queries = Vec::new();
        expressions(document, &mut queries);
        ensure!(!queries.is_empty(), "{file} asks for nothing");
        for query in queries {
            for metric in selected(query) {
                ensure!(
                    is_known(metric, &known),
                    "{file} asks for {metric}, which nobody measures"
                );
                asked_for.extend([metric, base(metric)]);
            }
            for (label, value) in compared(query) {
                ensure!(
                    label == "namespace" || code.contains(&format!("\"{value}\"")),
                    "{file} asks for {label}={value}, which nobody says"
                );
            }
        }
    }
    for metric in &known {
        ensure!(
            asked_for.contains(metric.as_str()),
            "neither {ALERTS} nor {DASHBOARD} asks for {metric}"
        );
    }
    each_is_tested_and_explained(&rules)
}

/// What alerts are called.
pub(super) fn names() -> Result<BTreeSet<String>> {
    let rules: Value = serde_norway::from_str(&read(ALERTS)?)?;
    let names = alerts(&rules).filter_map(|rule| rule["alert"].as_str());
    Ok(names.map(ToOwned::to_owned).collect())
}

/// The titles of the dashboard's panels.
pub(super) fn panels() -> Result<BTreeSet<String>> {
    let dashboard: Value = serde_json::from_str(&read(DASHBOARD)?)?;
    let panels = dashboard["panels"].as_array().into_iter().flatten();
    let titles = panels.filter_map(|panel| panel["title"].as_str());
    Ok(titles.map(ToOwned::to_owned).collect())
}

async fn promtool_says_yes(promtool: &Path, args: &[&str]) -> Result<()> {
    let output = tokio::process::Command::new(promtool)
        .args(args)
        .current_dir(workspace::root())
        .kill_on_drop(true)
        .output()
        .await?;
    ensure!(
        output.status.success(),
        "promtool {}: {}{}",
        args.join(" "),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

fn read(file: &str) -> Result<String> {
    fs::read_to_string(workspace::root().join(file)).with_context(|| format!("reading {file}"))
}

/// Every constant like `const OUTBOX_DEPTH: &str = "outbox_depth";`.
fn metrics() -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for source in sources()? {
        for file in ["metrics.rs", "measured.rs"] {
            let Ok(text) = fs::read_to_string(source.join(file)) else {
                continue;
            };
            let constants = text.lines().filter(|line| line.contains(": &str = \""));
            names.extend(constants.filter_map(|line| Some(line.split('"').nth(1)?.to_owned())));
        }
    }
    Ok(names)
}

/// The source of everything that measures.
fn code() -> Result<String> {
    let mut text = String::new();
    for source in sources()? {
        append(&source, &mut text)?;
    }
    Ok(text)
}

/// Where the packages that measure have their source.
fn sources() -> Result<Vec<PathBuf>> {
    let mut sources = Vec::new();
    for folder in NAMED_IN {
        for entry in fs::read_dir(workspace::root().join(folder))? {
            let source = entry?.path().join("src");
            if source.is_dir() {
                sources.push(source);
            }
        }
    }
    Ok(sources)
}

fn append(folder: &Path, text: &mut String) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            append(&path, text)?;
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            text.push_str(&fs::read_to_string(path)?);
        }
    }
    Ok(())
}

/// The queries of rules (`expr: …`) and panels (`"expr": …`).
fn expressions<'a>(document: &'a Value, found: &mut Vec<&'a str>) {
    match document {
        Value::Array(items) => items.iter().for_each(|item| expressions(item, found)),
        Value::Object(fields) => {
            found.extend(fields.get("expr").and_then(Value::as_str));
            fields.values().for_each(|field| expressions(field, found));
        }
        _ => {}
    }
}

/// The metrics of a query: the words before a selector or a range, one of which ours all have.
fn selected(query: &str) -> impl Iterator<Item = &str> {
    let ends = query.match_indices(['{', '[']).map(|(at, _)| &query[..at]);
    ends.map(last_word).filter(|word| !word.is_empty())
}

/// What a query wants a label to be, or not to be; patterns aside.
fn compared(query: &str) -> Vec<(&str, &str)> {
    let parts: Vec<&str> = query.split('"').collect();
    let pairs = parts.chunks_exact(2).filter_map(|pair| {
        let before = pair[0].strip_suffix('=')?.trim_end_matches('!');
        Some((last_word(before), pair[1]))
    });
    pairs.collect()
}

fn last_word(text: &str) -> &str {
    let mut words = text.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.next().unwrap_or_default()
}

/// A histogram by the name that the code gives it.
fn base(metric: &str) -> &str {
    let mut suffixes = ["_bucket", "_sum", "_count"].iter();
    suffixes
        .find_map(|suffix| metric.strip_suffix(suffix))
        .unwrap_or(metric)
}

fn is_known(metric: &str, known: &BTreeSet<String>) -> bool {
    known.contains(metric)
        || known.contains(base(metric))
        || FOREIGN.iter().any(|name| metric.starts_with(name))
}

fn alerts(rules: &Value) -> impl Iterator<Item = &Value> {
    let groups = rules["groups"].as_array().into_iter().flatten();
    groups.flat_map(|group| group["rules"].as_array().into_iter().flatten())
}

/// An alert is seen to fire, and says where it is written what to do.
fn each_is_tested_and_explained(rules: &Value) -> Result<()> {
    let tests = read(TESTS)?;
    for rule in alerts(rules) {
        let name = rule["alert"].as_str().context("a rule is no alert")?;
        let fires = format!("alertname: {name}\n        exp_alerts:");
        ensure!(
            tests.contains(&fires),
            "{name} is not seen to fire in {TESTS}"
        );
        let runbook = rule["annotations"]["runbook"].as_str();
        let runbook = runbook.with_context(|| format!("{name} has no runbook"))?;
        ensure!(
            read(runbook)?.contains(&format!("`{name}`")),
            "{name} refers to {runbook}, which does not name it"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_found_in_a_query() {
        let query = "sum by (topic) (rate(events_handled_total{outcome!=\"done\"}[5m])) > 0.1";
        assert_eq!(
            selected(query).collect::<Vec<_>>(),
            ["events_handled_total"]
        );
    }

    #[test]
    fn what_labels_are_compared_with_is_found() {
        let query = "rate(a{cause=\"database\", route!~\"/ws.*\", outcome!=\"done\"}[5m]) > 0";
        let found = [("cause", "database"), ("outcome", "done")];
        assert_eq!(compared(query), found);
        assert!(code().unwrap().contains("\"database\""));
    }

    #[test]
    fn a_metric_that_nobody_measures_is_noticed() {
        let known = metrics().unwrap();
        assert!(is_known("outbox_depth", &known));
        assert!(is_known("event_latency_seconds_bucket", &known));
        assert!(!is_known("outbox_dept", &known));
    }
}
