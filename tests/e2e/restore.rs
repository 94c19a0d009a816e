//! One task or one project goes back to a moment, and the rest stays where it is.

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use testing::Client;

use crate::rest::steps::{add, events_after, get, list, path, same, text};
use crate::stage::{Product, Stage};

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("restore: a task becomes what it was", task),
        stage.shared(
            "restore: a project becomes what it was, with its tasks",
            project,
        ),
        stage.shared(
            "restore: what cannot come back with its project is named",
            left_out,
        ),
        stage.shared("restore: a moment without it is refused", refused),
    ]
}

/// What there is to a task besides what counts writes.
fn content(task: &Value) -> Value {
    let mut task = task.clone();
    if let Some(fields) = task.as_object_mut() {
        fields.remove("version");
        fields.remove("updated_at");
    }
    task
}

async fn restore(owner: &Client, path: &str, seq: u64) -> Result<(Value, String)> {
    let body = json!({"as_of": seq.to_string()});
    let answer = owner.post(&format!("{path}/restore"), &body).await?;
    Ok((
        answer.expect(200)?,
        answer.header("x-change-set-id")?.to_owned(),
    ))
}

async fn undo(owner: &Client, change_set: &str) -> Result<()> {
    let report = owner
        .post("/undo", &json!({"change_set_id": change_set}))
        .await?
        .expect(200)?;
    ensure!(report["skipped"] == json!([]), "{report}");
    Ok(())
}

async fn task(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let then = json!({
        "title": "then", "description": "d", "tags": ["a"], "priority": "low", "completed": true,
        "due": {"kind": "date", "date": "2026-12-24"}, "position": 3.5,
    });
    let then = add(&owner, &then).await?;
    let seq = product.database.head(owner.user).await?;
    let patch = json!({
        "title": "now", "description": null, "tags": ["b"], "priority": "urgent",
        "completed": false, "due": null, "position": 1,
    });
    owner.patch(&path(&then), &patch).await?.expect(200)?;
    owner.delete(&path(&then)).await?.expect(204)?;
    owner.delete("/tags/a").await?.expect(204)?;
    let head = product.database.head(owner.user).await?;
    let (back, change_set) = restore(&owner, &path(&then), seq).await?;
    same(&content(&back), &content(&then))?;
    same(&get(&owner, &then).await?, &back)?;
    for event in events_after(&owner, head).await? {
        ensure!(
            event["cause"] == json!({"kind": "restore", "seq": seq}),
            "{event}"
        );
        ensure!(event["change_set_id"] == change_set, "{event}");
    }
    undo(&owner, &change_set).await?;
    owner.get(&path(&then)).await?.expect(404)?;
    Ok(())
}

async fn project(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let home = json!({"name": "Home", "color": "#112233"});
    let home = owner.post("/projects", &home).await?.expect(201)?;
    let mut tasks = Vec::new();
    for title in ["roof", "door", "wall"] {
        tasks.push(add(&owner, &json!({"title": title, "project_id": home["id"]})).await?);
    }
    let part = json!({"title": "knob", "parent_id": tasks[1]["id"], "project_id": home["id"]});
    tasks.push(add(&owner, &part).await?);
    let elsewhere = add(&owner, &json!({"title": "elsewhere"})).await?;
    let seq = product.database.head(owner.user).await?;

    let at = format!("/projects/{}", text(&home["id"]));
    owner
        .patch(
            &path(&tasks[0]),
            &json!({"title": "no roof", "completed": true}),
        )
        .await?
        .expect(200)?;
    owner.delete(&path(&tasks[1])).await?.expect(204)?;
    owner
        .patch(&path(&elsewhere), &json!({"title": "changed"}))
        .await?
        .expect(200)?;
    let later = add(&owner, &json!({"title": "later", "project_id": home["id"]})).await?;
    owner
        .patch(&at, &json!({"name": "House"}))
        .await?
        .expect(200)?;
    owner.delete(&at).await?.expect(204)?;
    let before = owner
        .get("/tasks?sort=created_at&order=asc")
        .await?
        .expect(200)?;

    let (back, change_set) = restore(&owner, &at, seq).await?;
    same(&content(&back), &content(&home))?;
    for task in &tasks {
        same(&content(&get(&owner, task).await?), &content(task))?;
    }
    ensure!(get(&owner, &elsewhere).await?["title"] == "changed");
    ensure!(get(&owner, &later).await?["title"] == "later");
    undo(&owner, &change_set).await?;
    let after = owner
        .get("/tasks?sort=created_at&order=asc")
        .await?
        .expect(200)?;
    for (one, other) in list(&after["items"]).iter().zip(list(&before["items"])) {
        same(&content(one), &content(other))?;
    }
    owner.get(&at).await?.expect(404)?;

    // Without a moment it just comes back, empty.
    let back = owner
        .post(&format!("{at}/restore"), &json!({}))
        .await?
        .expect(200)?;
    ensure!(back["name"] == "House", "{back}");
    Ok(())
}

/// A part of something that is deleted elsewhere.
async fn left_out(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let home = owner
        .post("/projects", &json!({"name": "Home"}))
        .await?
        .expect(201)?;
    let whole = add(&owner, &json!({"title": "whole"})).await?;
    let part = json!({"title": "part", "parent_id": whole["id"], "project_id": home["id"]});
    let part = add(&owner, &part).await?;
    let other = add(&owner, &json!({"title": "other", "project_id": home["id"]})).await?;
    let seq = product.database.head(owner.user).await?;
    owner
        .patch(&path(&other), &json!({"title": "changed"}))
        .await?
        .expect(200)?;
    owner.delete(&path(&whole)).await?.expect(204)?;

    let at = format!("/projects/{}", text(&home["id"]));
    let (back, _) = restore(&owner, &at, seq).await?;
    let [skipped] = list(&back["skipped"]) else {
        anyhow::bail!("{back}");
    };
    ensure!(
        skipped["id"] == part["id"] && skipped["title"] == "part",
        "{back}"
    );
    ensure!(text(&skipped["reason"]).contains("is deleted"), "{back}");
    ensure!(get(&owner, &other).await?["title"] == "other");
    owner.get(&path(&part)).await?.expect(404)?;
    Ok(())
}

async fn refused(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let early = add(&owner, &json!({"title": "early"})).await?;
    let seq = product.database.head(owner.user).await?;
    let task = add(&owner, &json!({"title": "x"})).await?;
    owner.delete(&path(&early)).await?.expect(204)?;
    let gone = product.database.head(owner.user).await?;
    let before = product.database.fingerprint(owner.user).await?;
    for (of, as_of) in [
        (&task, seq.to_string()),
        (&early, gone.to_string()),
        (&early, "0".to_owned()),
        (&early, (gone + 1).to_string()),
        (&early, "1999-01-01T00:00:00Z".to_owned()),
        (&early, "2999-01-01T00:00:00Z".to_owned()),
        (&early, "yesterday".to_owned()),
    ] {
        let body = json!({"as_of": as_of});
        let answer = owner.post(&format!("{}/restore", path(of)), &body).await?;
        answer.invalid("as_of")?;
    }
    ensure!(product.database.fingerprint(owner.user).await? == before);
    Ok(())
}
