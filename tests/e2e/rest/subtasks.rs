//! Tasks that are part of a task.

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use testing::{Client, send};
use uuid::Uuid;

use super::steps::{add, events_after, path, text, titles, types};
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("rest: subtasks go one level deep", one_level),
        stage.shared(
            "rest: subtasks go and come back with their parent",
            together,
        ),
        stage.shared(
            "rest: a subtask does not come back before its parent",
            before_parent,
        ),
    ]
}

async fn part(owner: &Client, parent: &Value, title: &str) -> Result<Value> {
    let body = json!({"title": title, "parent_id": parent["id"]});
    add(owner, &body).await
}

async fn one_level(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    let parent = add(&owner, &json!({"title": "parent"})).await?;
    let child = part(&owner, &parent, "child").await?;
    let alone = add(&owner, &json!({"title": "alone"})).await?;
    let foreign = add(&other, &json!({"title": "foreign"})).await?;
    ensure!(titles(&owner, &[("parent_id", text(&parent["id"]))]).await? == ["child"]);

    for parent_id in [&child["id"], &foreign["id"], &json!(Uuid::now_v7())] {
        let new = json!({"title": "deep", "parent_id": parent_id});
        owner.post("/tasks", &new).await?.invalid("parent_id")?;
        let moved = json!({ "parent_id": parent_id });
        let moved = owner.patch(&path(&alone), &moved).await?;
        moved.invalid("parent_id")?;
    }
    let itself = json!({"parent_id": alone["id"]});
    let answer = owner.patch(&path(&alone), &itself).await?;
    answer.invalid("parent_id")?;
    // A task with parts cannot become a part.
    let answer = owner.patch(&path(&parent), &itself).await?;
    answer.invalid("parent_id")?;

    let out = json!({ "parent_id": null });
    owner.patch(&path(&child), &out).await?.expect(200)?;
    let moved = owner.patch(&path(&parent), &itself).await?.expect(200)?;
    ensure!(moved["parent_id"] == alone["id"]);
    Ok(())
}

async fn together(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let parent = add(&owner, &json!({"title": "parent"})).await?;
    for title in ["a", "b", "early"] {
        part(&owner, &parent, title).await?;
    }
    let parts = [("parent_id", text(&parent["id"]))];
    let early = owner.get("/tasks?sort=title&order=desc&limit=2").await?;
    let early = early.expect(200)?["items"][1].clone();
    ensure!(early["title"] == "early", "{early}");
    owner.delete(&path(&early)).await?.expect(204)?;
    let head = product.database.head(owner.user).await?;

    let answer = owner.delete(&path(&parent)).await?;
    answer.expect(204)?;
    ensure!(titles(&owner, &parts).await?.is_empty());
    let restored = restore(&owner, &parent).await?;
    ensure!(restored["title"] == "parent");
    // What was deleted before stays so.
    ensure!(titles(&owner, &parts).await? == ["a", "b"]);

    let events = events_after(&owner, head).await?;
    let (gone, back) = events.split_at(3);
    ensure!(types(gone) == ["task.deleted"; 3], "{events:?}");
    ensure!(types(back) == ["task.restored"; 3], "{events:?}");
    let set = answer.header("x-change-set-id")?;
    ensure!(gone.iter().all(|event| event["change_set_id"] == set));
    Ok(())
}

async fn before_parent(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let parent = add(&owner, &json!({"title": "parent"})).await?;
    let child = part(&owner, &parent, "child").await?;
    owner.delete(&path(&parent)).await?.expect(204)?;
    let request = owner.request(Method::POST, &format!("{}/restore", path(&child)));
    send(request).await?.problem(409, "conflict")?;
    restore(&owner, &parent).await?;
    owner.get(&path(&child)).await?.expect(200)?;
    Ok(())
}

async fn restore(owner: &Client, task: &Value) -> Result<Value> {
    let request = owner.request(Method::POST, &format!("{}/restore", path(task)));
    send(request).await?.expect(200)
}
