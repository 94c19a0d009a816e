//! A body of the wrong shape is refused, with the field named, and writes nothing.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use uuid::Uuid;

use super::steps::{add, path};
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("rest: a wrong task names the wrong field", fields),
        stage.shared(
            "rest: a body that is not an object is refused",
            not_an_object,
        ),
        stage.shared("rest: a project or parent of nobody is refused", nobodys),
    ]
}

/// Wrong values of a task's fields.
fn wrong() -> Vec<(&'static str, Value)> {
    let tags: Vec<String> = (0..21).map(|n| format!("tag{n}")).collect();
    vec![
        ("title", json!("")),
        ("title", json!(" \t\n ")),
        ("title", json!("x".repeat(201))),
        ("title", json!("é".repeat(201))),
        ("title", json!("a\u{0}b")),
        ("title", json!("two\nlines")),
        ("title", json!("bell\u{7}")),
        ("title", json!("c1\u{85}x")),
        ("title", json!("\u{200b}\u{2800}")),
        ("title", json!(1)),
        ("title", json!(["x"])),
        ("description", json!("x".repeat(10_001))),
        ("description", json!("a\u{0}b")),
        ("description", json!("esc\u{1b}[31m")),
        ("description", json!({})),
        ("completed", json!("true")),
        ("completed", json!(1)),
        ("priority", json!("highest")),
        ("priority", json!("High")),
        ("priority", json!(3)),
        ("priority", json!({"high": null})),
        ("priority", json!(["high"])),
        ("due", json!(["date", "2026-01-01"])),
        ("tags", json!("home")),
        ("tags", json!(tags)),
        ("tags[1]", json!(["ok", 1])),
        ("tags[1]", json!(["ok", " # "])),
        ("tags[0]", json!(["x".repeat(51)])),
        ("tags[0]", json!(["a\u{0}b"])),
        ("project_id", json!("home")),
        ("project_id", json!(1)),
        ("parent_id", json!("")),
        ("position", json!("first")),
        ("position", json!(1.1e15)),
        ("position", json!(-1.1e15)),
        // The server's own, and what nobody knows.
        ("id", json!(Uuid::now_v7())),
        ("version", json!(7)),
        ("created_at", json!("2026-11-21T09:00:00Z")),
        ("due_at", json!("2026-11-21T09:00:00Z")),
        ("user_id", json!(Uuid::now_v7())),
        ("Title", json!("x")),
        ("", json!("x")),
    ]
}

async fn fields(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "Right"})).await?;
    let before = product.database.fingerprint(owner.user).await?;
    for (field, value) in wrong() {
        let name = field.split('[').next().unwrap_or_default();
        let patch = json!({ name: value });
        let mut whole = json!({ "title": "Whole" });
        whole[name] = value;
        for answer in [
            owner.post("/tasks", &whole).await?,
            owner.put(&path(&task), &whole).await?,
            owner.patch(&path(&task), &patch).await?,
        ] {
            let context = || whole.to_string();
            if field.is_empty() {
                // A field without a name has nothing to be named by.
                answer.problem(422, "invalid").with_context(context)?;
            } else {
                answer.invalid(field).with_context(context)?;
            }
        }
    }
    owner.post("/tasks", &json!({})).await?.invalid("title")?;
    let untitled = json!({"description": "x"});
    owner.post("/tasks", &untitled).await?.invalid("title")?;
    let null = json!({ "title": null });
    owner.post("/tasks", &null).await?.invalid("title")?;
    ensure!(product.database.fingerprint(owner.user).await? == before);
    Ok(())
}

async fn not_an_object(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "Right"})).await?;
    let before = product.database.fingerprint(owner.user).await?;
    for body in [
        Value::Null,
        json!(true),
        json!(7),
        json!("title"),
        json!([]),
        json!(["title"]),
        json!([{"title": "x"}]),
    ] {
        for answer in [
            owner.post("/tasks", &body).await?,
            owner.put(&path(&task), &body).await?,
            owner.patch(&path(&task), &body).await?,
            owner.post("/tasks/batch", &body).await?,
            owner.post("/projects", &body).await?,
            owner.patch("/profile", &body).await?,
        ] {
            let context = || body.to_string();
            answer.problem(422, "invalid").with_context(context)?;
        }
    }
    ensure!(product.database.fingerprint(owner.user).await? == before);
    Ok(())
}

async fn nobodys(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    let foreign = other.post("/projects", &json!({"name": "Theirs"})).await?;
    let foreign = foreign.expect(201)?;
    let task = add(&owner, &json!({"title": "Mine"})).await?;
    for id in [json!(Uuid::now_v7()), foreign["id"].clone()] {
        for field in ["project_id", "parent_id"] {
            let answer = owner
                .post("/tasks", &json!({"title": "x", field: id}))
                .await?;
            answer.invalid(field)?;
            let answer = owner.patch(&path(&task), &json!({ field: id })).await?;
            answer.invalid(field)?;
        }
    }
    ensure!(product.database.head(owner.user).await? == 2);
    Ok(())
}
