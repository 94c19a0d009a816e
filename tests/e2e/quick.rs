//! One line of text becomes a task.

use std::sync::Arc;

use anyhow::{Result, ensure};
use jiff::tz::TimeZone;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use testing::from_now;

use crate::rest::steps::list;
use crate::stage::{Product, Stage};

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("quick: a line becomes a task with all it says", everything),
        stage.shared("quick: a preview changes nothing", preview),
        stage.shared(
            "quick: what is not there stays in the title",
            unknown_project,
        ),
        stage.shared(
            "quick: a line that waited means what it meant when it was typed",
            waited,
        ),
        stage.shared("quick: a line that is no task is refused", invalid),
    ]
}

async fn everything(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let zone = json!({"time_zone": "Pacific/Auckland"});
    owner.patch("/profile", &zone).await?.expect(200)?;
    let project = json!({"name": "My Home"});
    let project = owner.post("/projects", &project).await?.expect(201)?;
    let line = "Pay rent every month on the last day #home !high at 9:00 +\"my home\" \
                remind me 30 minutes before";
    let quick = owner.post("/tasks/quick", &json!({ "text": line })).await?;
    let location = quick.header("location")?.to_owned();
    ensure!(quick.header("etag").is_ok());
    let quick = quick.expect(201)?;
    let task = &quick["task"];
    ensure!(task["title"] == "Pay rent", "{task}");
    ensure!(task["tags"] == json!(["home"]) && task["priority"] == "high");
    ensure!(task["project_id"] == project["id"], "{task}");
    ensure!(task["due"]["kind"] == "floating", "{task}");
    ensure!(task["recurrence"]["rule"] == "FREQ=MONTHLY;BYMONTHDAY=-1");
    let reminders = list(&task["reminders"]);
    ensure!(reminders.len() == 1, "{task}");
    ensure!(reminders[0]["when"] == json!({"kind": "before", "minutes": 30}));
    // In the zone of its owner.
    ensure!(
        task["due_at"]
            .as_str()
            .is_some_and(|at| !at.contains("T09:00"))
    );
    let kinds: Vec<_> = list(&quick["understood"]["spans"])
        .iter()
        .map(|span| span["kind"].as_str().unwrap_or_default())
        .collect();
    ensure!(
        kinds.contains(&"recurrence") && kinds.contains(&"time"),
        "{kinds:?}"
    );
    let path = location
        .split_once(&owner.user.to_string())
        .map_or("", |(_, path)| path);
    ensure!(owner.get(path).await?.expect(200)? == *task);
    Ok(())
}

async fn preview(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let before = owner.get("/events").await?.expect(200)?;
    let body = json!({"text": "Call mum tomorrow", "preview": true});
    let quick = owner.post("/tasks/quick", &body).await?.expect(200)?;
    ensure!(quick["task"].is_null() && quick["understood"]["title"] == "Call mum");
    ensure!(quick["understood"]["due"]["kind"] == "date", "{quick}");
    ensure!(quick["understood"]["spans"][0]["start"] == 9, "{quick}");
    ensure!(owner.get("/events").await?.expect(200)? == before);
    Ok(())
}

async fn unknown_project(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let body = json!({"text": "Ink 🖋 +nowhere tomorrow"});
    let quick = owner.post("/tasks/quick", &body).await?.expect(201)?;
    ensure!(quick["project_id"].is_null(), "{quick}");
    ensure!(quick["task"]["title"] == "Ink 🖋 +nowhere", "{quick}");
    ensure!(quick["task"]["due"]["kind"] == "date", "{quick}");
    Ok(())
}

async fn waited(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let typed = from_now(-3 * 24 * 60 * 60);
    let day = typed.to_zoned(TimeZone::UTC).date().tomorrow()?;
    let mut body = json!({"text": "Call mum tomorrow", "typed_at": typed.to_string()});
    let quick = owner.post("/tasks/quick", &body).await?.expect(201)?;
    ensure!(
        quick["task"]["due"] == json!({"kind": "date", "date": day.to_string()}),
        "{quick}"
    );
    body["preview"] = json!(true);
    let preview = owner.post("/tasks/quick", &body).await?.expect(200)?;
    ensure!(preview["understood"] == quick["understood"], "{preview}");
    // The clock of whoever typed it may be ahead.
    body["typed_at"] = json!(from_now(60 * 60).to_string());
    owner.post("/tasks/quick", &body).await?.expect(200)?;
    Ok(())
}

async fn invalid(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let before = owner.get("/events").await?.expect(200)?;
    for (body, field) in [
        (json!({}), "text"),
        (json!({"text": ""}), "text"),
        (json!({"text": "tomorrow #home"}), "text"),
        (json!({"text": "x".repeat(201)}), "text"),
        (json!({"text": "x ".repeat(600)}), "text"),
        (json!({"text": "a\u{0}b"}), "text"),
        (json!({"text": "x", "preview": 1}), "preview"),
        (json!({"text": "x", "typed_at": "tomorrow"}), "typed_at"),
        (
            json!({"text": "x", "typed_at": "2001-01-01T00:00:00Z"}),
            "typed_at",
        ),
        (json!({"text": "x", "title": "x"}), "title"),
        (Value::Null, ""),
    ] {
        let answer = owner.post("/tasks/quick", &body).await?;
        ensure!(answer.status == 422, "{body}: {}", answer.status);
        if !field.is_empty() {
            answer.invalid(field)?;
        }
    }
    ensure!(owner.get("/events").await?.expect(200)? == before);
    Ok(())
}
