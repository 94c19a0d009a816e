//! What the documents refer to is there: files and headings, alerts, panels of the dashboard.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{alerts, documents};
use crate::workspace;

/// Every alert begins with it.
const ALERT: &str = "Taskflow";

pub(super) fn check() -> Result<()> {
    let alerts = alerts::names()?;
    let panels = alerts::panels()?;
    for file in documents::files()? {
        let text = read(Path::new(&file))?;
        for target in links(&text) {
            leads_somewhere(Path::new(&file), target).with_context(|| file.clone())?;
        }
        for alert in named_alerts(&text) {
            ensure!(alerts.contains(alert), "{file}: there is no alert {alert}");
        }
        if file.starts_with("ops/runbooks/") {
            for panel in emphasised(&text) {
                ensure!(panels.contains(panel), "{file}: there is no panel {panel}");
            }
        }
    }
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    let path = workspace::root().join(file);
    fs::read_to_string(path).with_context(|| format!("reading {}", file.display()))
}

/// Where links within the repository lead.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.match_indices("](").map(|(at, _)| &text[at + 2..]);
    let targets = starts.filter_map(|rest| Some(rest.split_once(')')?.0));
    targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
}

fn leads_somewhere(from: &Path, target: &str) -> Result<()> {
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let file = if file.is_empty() {
        from.to_path_buf()
    } else {
        from.with_file_name(file)
    };
    ensure!(
        workspace::root().join(&file).exists(),
        "{} does not exist",
        file.display()
    );
    if !heading.is_empty() {
        let text = read(&file)?;
        let headings = text.lines().filter(|line| line.starts_with('#'));
        ensure!(
            headings.map(anchor).any(|known| known == heading),
            "{} has no heading {heading}",
            file.display()
        );
    }
    Ok(())
}

/// `2-dapr` for `## 2. Dapr`, as GitHub does it.
fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = words.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        _ => c.is_alphanumeric().then_some(c),
    });
    kept.collect()
}

/// Words like `TaskflowDown`.
fn named_alerts(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| {
            let rest = word.strip_prefix(ALERT);
            rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
        })
        .collect()
}

/// What stands between single asterisks.
fn emphasised(text: &str) -> impl Iterator<Item = &str> {
    let plain = text.split("**").step_by(2);
    plain.flat_map(|text| text.split('*').skip(1).step_by(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_alerts_and_panels_are_found() {
        let text = "[a](b.md#c-d), [e](https://f.example), **bold**, *A panel* and\n\
                    `TaskflowDown`, TaskFlow, Taskflow";
        assert_eq!(links(text).collect::<Vec<_>>(), ["b.md#c-d"]);
        assert_eq!(emphasised(text).collect::<Vec<_>>(), ["A panel"]);
        assert_eq!(named_alerts(text), BTreeSet::from(["TaskflowDown"]));
    }

    #[test]
    fn a_link_that_leads_nowhere_is_noticed() {
        let from = Path::new("README.md");
        assert!(leads_somewhere(from, "ARCHITECTURE.md#invariants").is_ok());
        assert!(leads_somewhere(from, "ARCHITECTURE.md#invariant").is_err());
        assert!(leads_somewhere(from, "ARCHITECTUR.md").is_err());
    }
}
