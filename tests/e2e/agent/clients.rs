//! The official clients of MCP, in Python and TypeScript, of the current revision and of those
//! before it, over HTTP and on standard input and output.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use testing::Client;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use xtask::install::{self, Clients};
use xtask::progress::Progress;
use xtask::workspace;

use super::talk::{call, token};
use crate::rest::steps::{list, text};
use crate::stage::{Product, Stage};

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.shared(
        "agent: the official MCP clients list and call every tool, over HTTP and stdio",
        every_tool,
    )]
}

/// A client and how it speaks.
#[derive(Clone, Copy, Debug)]
struct Speaker {
    is_python: bool,
    /// `legacy`: with `initialize`.
    mode: &'static str,
    over_http: bool,
}

async fn every_tool(product: &Product) -> Result<()> {
    let clients = install::clients(&Progress::hidden()).await?;
    for is_python in [true, false] {
        for mode in ["auto", "legacy"] {
            for over_http in [true, false] {
                let speaker = Speaker {
                    is_python,
                    mode,
                    over_http,
                };
                one(product, &clients, speaker)
                    .await
                    .with_context(|| format!("{speaker:?}"))?;
            }
        }
    }
    Ok(())
}

async fn one(product: &Product, clients: &Clients, speaker: Speaker) -> Result<()> {
    let owner = product.sign_up().await?;
    let program = token(&owner, "write").await?;
    let (ids, change_set) = seeds(product, &owner).await?;
    let calls = calls(&ids, &change_set);
    let outcome = speak(product, clients, speaker, &program, &calls).await?;

    let listed: BTreeSet<&str> = list(&outcome["tools"]).iter().map(text).collect();
    let called: BTreeSet<&str> = calls.iter().map(|(tool, _)| *tool).collect();
    ensure!(listed == called, "listed {listed:?}, called {called:?}");
    let protocol = text(&outcome["protocol"]);
    let is_current = protocol == "2026-07-28";
    ensure!(is_current == (speaker.mode == "auto"), "spoke {protocol}");
    for (result, (tool, _)) in list(&outcome["results"]).iter().zip(&calls) {
        ensure!(result["is_error"] == false, "{tool}: {result}");
        ensure!(result["structured"].is_object(), "{tool}: {result}");
        let as_text: Value = serde_json::from_str(text(&result["text"]))?;
        ensure!(as_text == result["structured"], "{tool}: {result}");
    }

    // The last call takes six tasks away: only a client that can ask its person does.
    let asked = list(&outcome["asked"]).len();
    let can_ask = is_current || !speaker.over_http;
    let last = list(&outcome["results"]).last().context("no results")?;
    let status = text(&last["structured"]["status"]);
    let left = owner.get("/tasks?q=Many").await?.expect(200)?;
    let left = list(&left["items"]).len();
    if can_ask {
        ensure!((asked, status, left) == (1, "done", 0), "{last}");
    } else {
        ensure!(
            (asked, status, left) == (0, "needs_confirmation", 6),
            "{last}"
        );
        let open = owner.get("/confirmations").await?.expect(200)?;
        ensure!(list(&open["items"]).len() == 1, "{open}");
    }
    Ok(())
}

/// Tasks, and the change-set of the last.
async fn seeds(product: &Product, owner: &Client) -> Result<(Vec<String>, String)> {
    let (mut ids, mut change_set) = (Vec::new(), String::new());
    for n in 0..9 {
        let title = match n {
            0..3 => format!("Seed {n}"),
            _ => format!("Many {n}"),
        };
        let task = json!({"title": title, "due_date": "2027-01-05T09:00"});
        let made = call(product, owner, "add_task", &task).await?;
        let made = &made["structuredContent"];
        ids.push(text(&made["results"][0]["id"]).to_owned());
        text(&made["change_set_id"]).clone_into(&mut change_set);
    }
    Ok((ids, change_set))
}

/// Every tool once, and at the end one that needs the person's yes.
fn calls(ids: &[String], change_set: &str) -> Vec<(&'static str, Value)> {
    let many = ids[3..]
        .iter()
        .map(|id| json!({"op": "delete", "task_id": id}));
    vec![
        ("get_context", json!({})),
        ("list_tasks", json!({"status": "all", "limit": 5})),
        ("search_tasks", json!({"query": "Seed"})),
        ("get_task", json!({"task_id": ids[0]})),
        (
            "add_task",
            json!({"title": "By a client", "idempotency_key": "k1"}),
        ),
        (
            "update_task",
            json!({"task_id": ids[0], "priority": "high", "if_version": 1}),
        ),
        ("complete_task", json!({"task_id": ids[1]})),
        ("delete_task", json!({"task_id": ids[1]})),
        (
            "reschedule_tasks",
            json!({"tasks": [{"task_id": ids[0], "due_date": "2027-01-06T10:00"}]}),
        ),
        (
            "set_recurrence",
            json!({"task_id": ids[2], "recurrence": "every monday"}),
        ),
        (
            "set_reminder",
            json!({"task_id": ids[0], "reminder": "30 minutes before"}),
        ),
        ("save_project", json!({"name": "Home", "color": "#00aa00"})),
        ("list_projects", json!({})),
        ("get_changes", json!({"limit": 10})),
        (
            "undo",
            json!({"change_set_id": change_set, "dry_run": true}),
        ),
        (
            "batch_tasks",
            json!({"operations": many.collect::<Vec<_>>()}),
        ),
    ]
}

/// Lets a client carry out a plan.
async fn speak(
    product: &Product,
    clients: &Clients,
    speaker: Speaker,
    program: &Client,
    calls: &[(&str, Value)],
) -> Result<Value> {
    let token = program.token.as_deref().unwrap_or_default();
    let url = format!("{}/mcp", product.agent()?);
    let calls = calls
        .iter()
        .map(|(tool, arguments)| json!({"tool": tool, "arguments": arguments}));
    let mut plan = json!({
        "mode": speaker.mode, "asks": true, "yes": true, "calls": calls.collect::<Vec<_>>(),
    });
    if speaker.over_http {
        plan["url"] = url.into();
        plan["token"] = token.into();
    } else {
        let binary = workspace::root().join("target/debug/taskflow-agent");
        plan["command"] = json!(binary);
        plan["args"] = json!(["mcp", "--url", url]);
        plan["env"] = json!({"TASKFLOW_TOKEN": token});
    }
    let programs = workspace::root().join("tests/e2e/agent/clients");
    let command = if speaker.is_python {
        clients.python(&programs.join("mcp_client.py"))
    } else {
        clients.node(&programs.join("mcp_client.cjs"))
    };
    let said = run(command, &plan).await?;
    serde_json::from_slice(&said).context("the client's output is no JSON")
}

/// Runs a program with JSON on its standard input; gives its standard output.
pub(super) async fn run(mut command: Command, input: &Value) -> Result<Vec<u8>> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut stdin = child.stdin.take().context("no standard input")?;
    stdin.write_all(input.to_string().as_bytes()).await?;
    drop(stdin);
    let output = child.wait_with_output().await?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "it failed: {errors}");
    Ok(output.stdout)
}
