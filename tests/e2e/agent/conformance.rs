//! The official conformance suite of MCP, as far as it is about what we serve: tools over HTTP, and
//! no prompts, resources or logs. What needs a tool that only the suite's own server has, it cannot
//! test here, and says so.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use serde::Deserialize;
use serde_json::json;
use xtask::install;
use xtask::progress::Progress;
use xtask::workspace;

use super::clients::run;
use super::talk::token;
use crate::stage::{Product, Stage};

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.shared(
        "agent: the MCP conformance suite finds nothing wrong",
        nothing_wrong,
    )]
}

/// By revision.
const SCENARIOS: [(&str, &[&str]); 2] = [
    (
        "2025-11-25",
        &[
            "server-initialize",
            "ping",
            "tools-list",
            "dns-rebinding-protection",
        ],
    ),
    (
        "2026-07-28",
        &[
            "server-stateless",
            "tools-list",
            "dns-rebinding-protection",
            "server-sse-multiple-streams",
            "caching",
            "http-header-validation",
            "input-required-result-unsupported-methods",
        ],
    ),
];

/// Of lists that we do not have, and do not claim to.
const NOT_SERVED: [&str; 3] = [
    "sep-2549-prompts-list-caching-hints",
    "sep-2549-resources-list-caching-hints",
    "sep-2549-resources-templates-list-caching-hints",
];

/// How the suite begins when it could not test something.
const NOT_TESTED: &str = "Not testable: ";

/// Whose pages may ask.
const APP: &str = "http://localhost:3000";

#[derive(Deserialize)]
struct Played {
    version: String,
    scenario: String,
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    id: String,
    status: String,
    #[serde(default, rename = "errorMessage")]
    error: String,
}

async fn nothing_wrong(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let program = token(&owner, "write").await?;
    let scenarios = SCENARIOS.iter().flat_map(|(version, scenarios)| {
        let scenarios = scenarios.iter();
        scenarios.map(move |scenario| json!({"version": version, "scenario": scenario}))
    });
    let scenarios: Vec<_> = scenarios.collect();
    let plan = json!({
        "url": format!("{}/mcp", product.agent()?),
        "token": program.token,
        "origin": APP,
        "scenarios": scenarios,
    });
    let clients = install::clients(&Progress::hidden()).await?;
    let suite = workspace::root().join("tests/e2e/agent/clients/conformance.cjs");
    let said = run(clients.node(&suite), &plan).await?;
    let played: Vec<Played> =
        serde_json::from_slice(&said).context("the suite's output is no JSON")?;
    ensure!(played.len() == scenarios.len(), "{} played", played.len());
    let mut wrong = Vec::new();
    for Played {
        version,
        scenario,
        checks,
    } in played
    {
        let has_passed = checks.iter().any(|check| check.status == "SUCCESS");
        ensure!(has_passed, "{scenario} of {version} has tested nothing");
        let failed = checks.into_iter().filter(|check| {
            check.status == "FAILURE"
                && !check.error.starts_with(NOT_TESTED)
                && !NOT_SERVED.contains(&check.id.as_str())
        });
        wrong.extend(failed.map(|it| format!("{scenario} of {version}, {}: {}", it.id, it.error)));
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}
