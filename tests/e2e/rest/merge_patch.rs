//! PATCH is JSON Merge Patch (RFC 7396): absent and null differ.

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use testing::{Client, send};

use super::steps::{add, events_after, get, path, same, types};
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("rest: a patch leaves what it does not name", absent),
        stage.shared("rest: null clears what can be empty", null),
        stage.shared("rest: null for what cannot be empty is refused", required),
        stage.shared("rest: a patch that changes nothing writes nothing", idle),
        stage.shared("rest: each kind of change is an event of its own", kinds),
    ]
}

async fn full(owner: &Client) -> Result<Value> {
    let project = owner.post("/projects", &json!({"name": "Home"})).await?;
    let task = json!({
        "title": "Full",
        "description": "text",
        "priority": "low",
        "tags": ["a", "b"],
        "project_id": project.expect(201)?["id"],
        "due": {"kind": "date", "date": "2027-01-02"},
    });
    add(owner, &task).await
}

async fn absent(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut task = full(&owner).await?;
    let patches = [
        ("title", json!("Another")),
        ("description", json!("words")),
        ("priority", json!("urgent")),
        ("tags", json!(["c"])),
        ("position", json!(0.5)),
    ];
    for (n, (field, value)) in patches.into_iter().enumerate() {
        let request = owner
            .request(Method::PATCH, &path(&task))
            .header("content-type", "application/merge-patch+json")
            .body(json!({ field: value }).to_string());
        let answer = send(request).await?;
        let after = answer.expect(200)?;
        task[field] = value;
        task["version"] = json!(n + 2);
        task["updated_at"] = after["updated_at"].clone();
        same(&after, &task)?;
        let version = format!("\"{}-", n + 2);
        ensure!(answer.header("etag")?.starts_with(&version));
        answer.header("x-change-set-id")?;
        same(&get(&owner, &task).await?, &task)?;
    }
    Ok(())
}

async fn null(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = full(&owner).await?;
    for (patch, field, empty) in [
        ("description", "description", json!("")),
        ("priority", "priority", json!("none")),
        ("tags", "tags", json!([])),
        ("project_id", "project_id", Value::Null),
        ("due", "due", Value::Null),
    ] {
        let patched = owner.patch(&path(&task), &json!({ patch: null })).await?;
        same(&patched.expect(200)?[field], &empty)?;
    }
    let due = json!({"due_date": "2027-01-02"});
    let due = owner.patch(&path(&task), &due).await?.expect(200)?;
    ensure!(due["due_at"].is_string());
    let patched = owner
        .patch(&path(&task), &json!({"due_date": null}))
        .await?;
    let patched = patched.expect(200)?;
    ensure!(patched["due"].is_null() && patched["due_at"].is_null());
    same(&get(&owner, &task).await?, &patched)
}

async fn required(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = full(&owner).await?;
    for field in ["title", "completed", "position"] {
        let patch = json!({ "description": "not kept", field: null });
        let answer = owner.patch(&path(&task), &patch).await?;
        answer.invalid(field)?;
    }
    same(&get(&owner, &task).await?, &task)
}

async fn idle(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = full(&owner).await?;
    let head = product.database.head(owner.user).await?;
    let same_again = json!({"title": " Full ", "tags": ["b", "a", "a"], "completed": false,
        "due_date": "2027-01-02"});
    for patch in [json!({}), same_again] {
        let answer = owner.patch(&path(&task), &patch).await?;
        same(&answer.expect(200)?, &task)?;
        ensure!(answer.header("etag")?.starts_with("\"1-"));
    }
    ensure!(product.database.head(owner.user).await? == head);
    Ok(())
}

async fn kinds(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = full(&owner).await?;
    let head = product.database.head(owner.user).await?;
    let patch = json!({"title": "Other", "priority": "high", "due": null, "completed": true});
    let answer = owner.patch(&path(&task), &patch).await?;
    let patched = answer.expect(200)?;
    let events = events_after(&owner, head).await?;
    ensure!(
        types(&events) == ["task.updated", "task.due_changed", "task.completed"],
        "{events:?}"
    );
    for (n, event) in events.iter().enumerate() {
        ensure!(event["version"] == n + 2 && event["aggregate_id"] == task["id"]);
        ensure!(event["change_set_id"] == answer.header("x-change-set-id")?);
    }
    let changes = json!({
        "title": {"before": "Full", "after": "Other"},
        "priority": {"before": "low", "after": "high"},
    });
    same(&events[0]["data"]["changes"], &changes)?;
    let completed = json!({"before": null, "after": patched["completed_at"]});
    same(&events[2]["data"]["changes"]["completed_at"], &completed)
}
