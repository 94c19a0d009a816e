//! Completing and reopening.

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use testing::{Client, send};

use super::steps::{add, events_after, get, path, same, send_text, types};
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("rest: completing without a body toggles", toggled),
        stage.shared("rest: completing with a body says which", explicit),
        stage.shared("rest: a completion of a wrong shape is refused", wrong),
    ]
}

async fn toggle(owner: &Client, task: &Value) -> Result<Value> {
    let path = format!("{}/complete", path(task));
    send(owner.request(Method::PATCH, &path)).await?.expect(200)
}

async fn set(owner: &Client, task: &Value, completed: bool) -> Result<Value> {
    let path = format!("{}/complete", path(task));
    let body = json!({ "completed": completed });
    owner.patch(&path, &body).await?.expect(200)
}

async fn toggled(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "Toggle"})).await?;
    let completed = toggle(&owner, &task).await?;
    ensure!(completed["completed"] == true && completed["version"] == 2);
    ensure!(completed["completed_at"] == completed["updated_at"]);
    let reopened = toggle(&owner, &task).await?;
    ensure!(reopened["completed"] == false && reopened["completed_at"].is_null());
    ensure!(reopened["version"] == 3);
    same(&get(&owner, &task).await?, &reopened)?;
    let events = events_after(&owner, 2).await?;
    ensure!(types(&events) == ["task.completed", "task.reopened"]);
    Ok(())
}

async fn explicit(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "Explicit"})).await?;
    same(&set(&owner, &task, false).await?, &task)?;
    let completed = set(&owner, &task, true).await?;
    ensure!(completed["completed"] == true && completed["version"] == 2);
    // Saying it again is no change, and does not move the time.
    same(&set(&owner, &task, true).await?, &completed)?;
    let reopened = set(&owner, &task, false).await?;
    ensure!(reopened["completed"] == false && reopened["version"] == 3);
    Ok(())
}

async fn wrong(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "Wrong"})).await?;
    let path = format!("{}/complete", path(&task));
    for (body, field) in [
        (json!({"completed": "yes"}), "completed"),
        (json!({"completed": null}), "completed"),
        (json!({}), "completed"),
        (json!({"completed": true, "done": true}), "done"),
    ] {
        owner.patch(&path, &body).await?.invalid(field)?;
    }
    let answer = send_text(&owner, Method::PATCH, &path, "{").await?;
    answer.problem(400, "malformed")?;
    let plain = owner.request(Method::PATCH, &path);
    let plain = plain.header("content-type", "text/plain");
    let answer = send(plain.body(r#"{"completed": true}"#)).await?;
    answer.problem(415, "unsupported_media_type")?;
    same(&get(&owner, &task).await?, &task)
}
