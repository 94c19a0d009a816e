//! Creating, reading and replacing a task.

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use testing::send;
use uuid::Uuid;

use super::steps::{add, events_after, get, path, same, text};
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("rest: a created task is where its Location says", created),
        stage.shared("rest: a title is enough for a task", defaults),
        stage.shared("rest: texts are kept to the last character", limits),
        stage.shared("rest: PUT replaces all but the position", replaced),
        stage.shared("rest: a malformed or unknown id is not found", unknown),
    ]
}

async fn created(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let project = owner.post("/projects", &json!({"name": "Home"})).await?;
    let project = project.expect(201)?;
    let due = json!({"kind": "zoned", "local": "2027-01-02T09:00:00", "zone": "Europe/Berlin"});
    let body = json!({
        "title": "  Water the plants ",
        "description": "All of them:\n\t- the fern",
        "priority": "high",
        "tags": ["#home", "garden", "home"],
        "project_id": project["id"],
        "position": -2.5,
        "due": due,
    });
    let answer = owner.post("/tasks", &body).await?;
    let task = answer.expect(201)?;
    let expected = json!({
        "id": task["id"],
        "title": "Water the plants",
        "description": "All of them:\n\t- the fern",
        "completed": false,
        "priority": "high",
        "tags": ["garden", "home"],
        "project_id": project["id"],
        "parent_id": null,
        "position": -2.5,
        "due": due,
        "due_at": "2027-01-02T08:00:00Z",
        "recurrence": null,
        "reminders": [],
        "created_at": task["created_at"],
        "updated_at": task["created_at"],
        "completed_at": null,
        "deleted_at": null,
        "version": 1,
    });
    same(&task, &expected)?;
    let id: Uuid = text(&task["id"]).parse()?;
    ensure!(id.get_version_num() == 7, "{id}");
    ensure!(answer.header("content-type")? == "application/json");
    ensure!(answer.header("etag")? == "\"1\"");
    ensure!(answer.header("cache-control")? == "no-store");
    answer.header("x-change-set-id")?.parse::<Uuid>()?;

    let location = answer.header("location")?;
    ensure!(
        location == format!("/api/{}/tasks/{id}", owner.user),
        "{location}"
    );
    let followed = product.http().get(format!("{}{location}", product.backend));
    let token = owner.token.as_deref().unwrap_or_default();
    let found = send(followed.bearer_auth(token)).await?;
    same(&found.expect(200)?, &task)?;
    ensure!(found.header("etag")? == "\"1\"");
    Ok(())
}

async fn defaults(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let first = add(&owner, &json!({"title": "first"})).await?;
    let second = add(&owner, &json!({"title": "second", "completed": true})).await?;
    for (field, value) in [
        ("description", json!("")),
        ("priority", json!("none")),
        ("tags", json!([])),
        ("project_id", Value::Null),
        ("parent_id", Value::Null),
        ("due", Value::Null),
        ("due_at", Value::Null),
        ("recurrence", Value::Null),
        ("reminders", json!([])),
    ] {
        same(&first[field], &value)?;
    }
    ensure!(second["completed"] == true && second["completed_at"] == second["created_at"]);
    let (first, second) = (first["position"].as_f64(), second["position"].as_f64());
    ensure!(first < second, "a new task is not at the end");
    Ok(())
}

async fn limits(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let tags: Vec<String> = (10..30).map(|n| format!("{n}{}", "ß".repeat(48))).collect();
    let body = json!({
        "title": "é".repeat(200),
        "description": "🌱".repeat(10_000),
        "tags": tags,
        "position": 1e15,
    });
    let task = add(&owner, &body).await?;
    for field in ["title", "description", "tags", "position"] {
        same(&task[field], &body[field])?;
    }
    same(&get(&owner, &task).await?, &task)?;

    // The largest event there is: everything before, and everything after.
    let head = product.database.head(owner.user).await?;
    let body = json!({"title": "ü".repeat(200), "description": "🍂".repeat(10_000), "tags": []});
    let patched = owner.patch(&path(&task), &body).await?.expect(200)?;
    same(&get(&owner, &task).await?, &patched)?;
    let events = events_after(&owner, head).await?;
    let description = &events[0]["data"]["changes"]["description"];
    same(&description["after"], &body["description"])
}

async fn replaced(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let full = json!({
        "title": "Old",
        "description": "text",
        "completed": true,
        "priority": "low",
        "tags": ["a"],
        "due_date": "2027-01-02",
    });
    let task = add(&owner, &full).await?;
    let answer = owner.put(&path(&task), &json!({"title": "New"})).await?;
    let bare = answer.expect(200)?;
    let expected = json!({
        "id": task["id"],
        "title": "New",
        "description": "",
        "completed": false,
        "priority": "none",
        "tags": [],
        "project_id": null,
        "parent_id": null,
        "position": task["position"],
        "due": null,
        "due_at": null,
        "recurrence": null,
        "reminders": [],
        "created_at": task["created_at"],
        "updated_at": bare["updated_at"],
        "completed_at": null,
        "deleted_at": null,
        // One event each for the fields, the due and the completion.
        "version": 4,
    });
    same(&bare, &expected)?;
    ensure!(answer.header("etag")? == "\"4\"");
    answer.header("x-change-set-id")?;
    same(&get(&owner, &task).await?, &bare)?;

    let moved = json!({"title": "New", "position": 7.25});
    let moved = owner.put(&path(&task), &moved).await?.expect(200)?;
    ensure!(moved["position"] == 7.25 && moved["version"] == 5);
    let untitled = owner.put(&path(&task), &json!({"position": 1})).await?;
    untitled.invalid("title")
}

async fn unknown(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let nobodys = Uuid::now_v7().to_string();
    for id in [
        nobodys.as_str(),
        "1",
        "me",
        "%00",
        "..%2Ftags",
        "%F0%9F%8C%B1",
        "'",
    ] {
        let path = format!("/tasks/{id}");
        let body = json!({"title": "x"});
        let completed = json!({"completed": true});
        for answer in [
            owner.get(&path).await?,
            owner.put(&path, &body).await?,
            owner.patch(&path, &body).await?,
            owner.delete(&path).await?,
            owner.patch(&format!("{path}/complete"), &completed).await?,
            owner.post(&format!("{path}/restore"), &Value::Null).await?,
        ] {
            let problem = answer.problem(404, "not_found")?;
            ensure!(problem["detail"] == "Task not found", "{id}: {problem}");
        }
    }
    Ok(())
}
