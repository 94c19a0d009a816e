//! The app in a browser: how soon it is there, how soon it answers, and what its server needs.

use anyhow::{Result, ensure};
use xtask::browser::{self, Figure};
use xtask::progress::Progress;

use super::Effort;
use crate::machine::{self, Fact};
use crate::report::{Finding, Limit, figure};
use crate::stats::median;

pub(super) const NAME: &str = "frontend";

/// One row, by the name under which `frontend/e2e/speed` writes its figure.
struct Row {
    name: &'static str,
    what: &'static str,
    unit: &'static str,
    most: f64,
    detail: &'static str,
    /// Another figure, which has no limit, and what to say of it.
    also: Option<(&'static str, &'static str)>,
}

const ROWS: &[Row] = &[
    Row {
        name: "javascript",
        what: "JavaScript that the task view loads first, gzip",
        unit: "KiB",
        most: 150.0,
        detail: "Every script that `/dashboard` names, as `npm run size` counts them.",
        also: Some((
            "javascript in all",
            "KiB have come when it is connected and idle",
        )),
    },
    Row {
        name: "lcp",
        what: "largest contentful paint, CPU 4× slower",
        unit: "s",
        most: 1.8,
        detail: "`/dashboard` of somebody with 200 tasks, in a browser that has nothing of the app yet.",
        also: None,
    },
    Row {
        name: "cls",
        what: "cumulative layout shift",
        unit: "",
        most: 0.05,
        detail: "Of the same visit, until the page is connected and idle.",
        also: None,
    },
    Row {
        name: "inp",
        what: "interaction to next paint, CPU 4× slower",
        unit: "ms",
        most: 150.0,
        detail: "The slowest of opening, closing and completing five of 200 tasks and adding one.",
        also: None,
    },
    Row {
        name: "inp of many",
        what: "interaction to next paint among 5,000 tasks, CPU 4× slower",
        unit: "ms",
        most: 150.0,
        detail: "The same in a list of 5,000, of which what is on the screen is drawn.",
        also: None,
    },
    Row {
        name: "frame",
        what: "a frame while 5,000 tasks scroll, median",
        unit: "ms",
        most: 16.7,
        detail: "300 frames of 60 pixels each; 16.7 ms are 60 frames a second.",
        also: None,
    },
    Row {
        name: "slow frame",
        what: "a frame while 5,000 tasks scroll, 95 of 100",
        unit: "ms",
        most: 33.4,
        detail: "Of the same frames: at most one is left out.",
        also: None,
    },
    Row {
        name: "on screen",
        what: "create elsewhere → on screen, p50",
        unit: "ms",
        most: 150.0,
        detail: "40 tasks, each from before its commit to the frame after which its title is in the list.",
        also: None,
    },
    Row {
        name: "server",
        what: "memory of the front end's server",
        unit: "MiB RSS",
        most: 150.0,
        detail: "After all of this was asked of it.",
        also: Some(("server at its most", "MiB at its most")),
    },
];

pub(super) async fn measure(effort: Effort) -> Result<(Vec<Fact>, Vec<Finding>)> {
    let figures = browser::measure(effort.visits, &Progress::new()).await?;
    let findings = ROWS
        .iter()
        .map(|row| finding(row, &figures))
        .collect::<Result<_>>()?;
    Ok((vec![machine::browser().await?], findings))
}

fn finding(row: &Row, figures: &[Figure]) -> Result<Finding> {
    let rounds = rounds_of(row.name, figures)?;
    let mut detail = row.detail.to_owned();
    if let Some((name, meaning)) = row.also {
        let also = figure(median(&rounds_of(name, figures)?));
        detail = format!("{detail} {also} {meaning}.");
    }
    Ok(Finding {
        bench: NAME,
        what: row.what,
        unit: row.unit,
        rounds,
        limit: Limit::AtMost(row.most),
        detail,
        cores: None,
    })
}

fn rounds_of(name: &str, figures: &[Figure]) -> Result<Vec<f64>> {
    let of_name = figures.iter().filter(|figure| figure.name == name);
    let rounds: Vec<f64> = of_name.map(|figure| figure.value).collect();
    ensure!(!rounds.is_empty(), "nothing was measured of {name:?}");
    Ok(rounds)
}
