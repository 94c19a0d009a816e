//! The token of one person with the ids of another, on every tool.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use testing::{Client, Turn, send, wait};

use super::talk::{call, offered, request, say, token};
use crate::rest::steps::{list, text};
use crate::stage::{Product, Stage};
use crate::violation::Violation;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.shared(
        "agent: no tool reaches somebody else's things by their ids",
        strangers,
    )]
}

const RECORDED: Duration = Duration::from_secs(10);

/// What somebody else has.
struct Theirs {
    task: String,
    project: String,
    change_set: String,
    run: String,
}

/// Every tool with ids that are somebody else's, in each place that takes one.
fn attempts(theirs: &Theirs) -> Vec<(&'static str, Value)> {
    let Theirs {
        task,
        project,
        change_set,
        run,
    } = theirs;
    vec![
        ("get_context", json!({})),
        ("list_projects", json!({})),
        ("get_changes", json!({"cursor": 0})),
        ("list_tasks", json!({"status": "all", "project": project})),
        ("list_tasks", json!({"status": "all"})),
        ("search_tasks", json!({"query": "Somebody"})),
        ("get_task", json!({"task_id": task})),
        ("add_task", json!({"title": "x", "project": project})),
        ("add_task", json!({"title": "x", "parent_id": task})),
        ("update_task", json!({"task_id": task, "title": "owned"})),
        ("complete_task", json!({"task_id": task})),
        ("delete_task", json!({"task_id": task})),
        (
            "batch_tasks",
            json!({"operations": [
                {"op": "update", "task_id": task, "title": "owned"},
                {"op": "delete", "task_id": task},
                {"op": "restore", "task_id": task},
            ]}),
        ),
        (
            "batch_tasks",
            json!({"operations": [
                {"op": "create", "title": "x", "parent_id": task},
                {"op": "create", "title": "x", "project": project},
            ]}),
        ),
        (
            "reschedule_tasks",
            json!({"tasks": [{"task_id": task, "due_date": "2027-01-01"}]}),
        ),
        (
            "set_recurrence",
            json!({"task_id": task, "recurrence": "daily"}),
        ),
        (
            "set_reminder",
            json!({"task_id": task, "reminder": "2027-01-01T09:00:00Z"}),
        ),
        ("save_project", json!({"project": project, "name": "owned"})),
        ("undo", json!({"change_set_id": change_set})),
        ("undo", json!({"run_id": run})),
    ]
}

pub(crate) async fn strangers(product: &Product) -> Result<()> {
    let (victim, stranger) = (product.sign_up().await?, product.sign_up().await?);
    let theirs = belongings(product, &victim).await?;
    let secrets = [&theirs.task, &theirs.project, &theirs.change_set];
    let before = product.database.fingerprint(victim.user).await?;
    let program = token(&stranger, "write").await?;
    let tried = attempts(&theirs).into_iter();
    let tried: BTreeSet<String> = tried.map(|(tool, _)| tool.to_owned()).collect();
    let offered = offered(product, &stranger).await?;
    ensure!(tried == offered, "offered {offered:?}, tried {tried:?}");
    for (tool, arguments) in attempts(&theirs) {
        for who in [&stranger, &program] {
            let result = call(product, who, tool, &arguments).await?;
            let said = result.to_string();
            let echo = arguments.to_string();
            let leaks = |secret: &&&String| {
                said.contains(secret.as_str()) && !echo.contains(secret.as_str())
            };
            let leaks = secrets.iter().any(|secret| leaks(&secret)) || said.contains("Somebody's");
            let now = product.database.fingerprint(victim.user).await?;
            if leaks || now != before {
                let what = format!("{tool} {arguments} reached somebody else's: {said}");
                return Err(Violation::Changed(what).into());
            }
        }
        let mut named = arguments.clone();
        named["user_id"] = json!(victim.user);
        let refused = call(product, &stranger, tool, &named).await?;
        let said = text(&refused["content"][0]["text"]);
        if !said.contains("not the caller's") {
            return Err(Violation::Answered {
                what: format!("{tool} with somebody else's user_id"),
                status: said.to_owned(),
            }
            .into());
        }
    }
    chats(product, &victim, &stranger).await
}

/// Their chat, their conversations and their questions are closed as well, by whatever id.
async fn chats(product: &Product, victim: &Client, stranger: &Client) -> Result<()> {
    let mut deletions = Vec::new();
    for n in 0..6 {
        let task = json!({"title": format!("Somebody's {n}")});
        let task = victim.post("/tasks", &task).await?.expect(201)?;
        deletions.push(json!({"op": "delete", "task_id": task["id"]}));
    }
    let batch = json!({"operations": deletions}).to_string();
    let batch = Turn::Call(vec![("batch_tasks".to_owned(), batch)]);
    let message = "Delete what is somebody's";
    let turns = vec![batch, Turn::Say("You are asked.".to_owned())];
    product.model.on(message, turns);
    let said = say(product, victim, message, "the-message").await?;
    let said = said.expect(200)?;
    let thread = &said["conversation_id"];
    let question = text(&said["confirmations"][0]["id"]);
    ensure!(!question.is_empty(), "nobody was asked: {said}");

    let before = product.database.fingerprint(victim.user).await?;
    let own = format!("/api/{}/chat", stranger.user);
    let theirs = format!("/api/{}/chat", victim.user);
    let (yes, hello) = (json!({"yes": true}), json!({"message": "hello"}));
    let into = json!({"message": "hello", "conversation_id": thread});
    let mut attempts = vec![
        (theirs.clone(), hello, 403),
        (own.clone(), into, 404),
        (
            format!("{theirs}/confirmations/{question}"),
            yes.clone(),
            403,
        ),
        (format!("{own}/confirmations/{question}"), yes, 404),
    ];
    let input = json!({
        "content": [{"type": "input_text", "text": "hello"}],
        "attachments": [], "inference_options": {},
    });
    let confirm = json!({
        "type": "taskflow.confirm", "payload": {"confirmation_id": question},
    });
    for (kind, mut params) in [
        ("threads.get_by_id", json!({})),
        ("items.list", json!({})),
        ("items.feedback", json!({})),
        ("threads.update", json!({"title": "owned"})),
        ("threads.delete", json!({})),
        ("threads.add_user_message", json!({"input": input})),
        ("threads.retry_after_item", json!({"item_id": "x"})),
        ("threads.custom_action", json!({"action": confirm})),
        ("threads.sync_custom_action", json!({"action": confirm})),
    ] {
        params["thread_id"] = thread.clone();
        let body = json!({"type": kind, "params": params});
        attempts.push(("/chatkit".to_owned(), body, 404));
    }
    for (path, body, status) in attempts {
        let answer = send(request(product, stranger, &path, &body)?).await?;
        let now = product.database.fingerprint(victim.user).await?;
        if answer.status != status || now != before {
            let told = String::from_utf8_lossy(&answer.body).into_owned();
            let what = format!("{path} {body} was answered {}: {told}", answer.status);
            return Err(Violation::Changed(what).into());
        }
    }
    Ok(())
}

/// A task in a project, made by a run.
async fn belongings(product: &Product, victim: &Client) -> Result<Theirs> {
    let project = json!({"name": "Somebody's project"});
    let project = victim.post("/projects", &project).await?.expect(201)?;
    let run = "somebodys-run";
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": "add_task",
        "arguments": {"title": "Somebody's task", "project": project["id"]},
    }});
    let request = request(product, victim, "/mcp", &body)?
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2025-06-18")
        .header("x-run-id", run);
    let made = send(request).await?.expect(200)?;
    let made = &made["result"]["structuredContent"];
    let id = made["results"][0]["id"].as_str().context("no task")?;
    // The call is written down when it has been answered.
    wait::until("the record of the call", RECORDED, async || {
        let events = victim.get("/events?type=tool.called").await?.expect(200)?;
        Ok((!list(&events["items"]).is_empty()).then_some(()))
    })
    .await?;
    Ok(Theirs {
        task: id.to_owned(),
        project: text(&project["id"]).to_owned(),
        change_set: text(&made["change_set_id"]).to_owned(),
        run: run.to_owned(),
    })
}
