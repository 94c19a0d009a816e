//! Deleting is soft, and can be taken back.

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use testing::{Answer, Client, send};

use super::steps::{add, events_after, get, path, same, titles, types};
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("rest: a deleted task is gone until it is restored", deleted),
        stage.shared("rest: a deleted task cannot be changed", untouchable),
        stage.shared("rest: restoring what was not deleted changes nothing", idle),
    ]
}

async fn restore(owner: &Client, task: &Value) -> Result<Answer> {
    let path = format!("{}/restore", path(task));
    send(owner.request(Method::POST, &path)).await
}

async fn deleted(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "Gone", "tags": ["x"]})).await?;
    add(&owner, &json!({"title": "Here"})).await?;
    let head = product.database.head(owner.user).await?;
    let answer = owner.delete(&path(&task)).await?;
    ensure!(answer.expect(204)?.is_null() && answer.body.is_empty());
    answer.header("x-change-set-id")?;

    owner.get(&path(&task)).await?.problem(404, "not_found")?;
    ensure!(titles(&owner, &[]).await? == ["Here"]);
    ensure!(titles(&owner, &[("include_deleted", "true")]).await? == ["Gone", "Here"]);
    let with_deleted = format!("{}?include_deleted=true", path(&task));
    let shown = owner.get(&with_deleted).await?.expect(200)?;
    ensure!(shown["deleted_at"] == shown["updated_at"] && shown["version"] == 2);

    let answer = restore(&owner, &task).await?;
    let restored = answer.expect(200)?;
    ensure!(answer.header("etag")? == "\"3\"");
    let mut expected = task.clone();
    expected["version"] = json!(3);
    expected["updated_at"] = restored["updated_at"].clone();
    same(&restored, &expected)?;
    same(&get(&owner, &task).await?, &restored)?;
    let events = events_after(&owner, head).await?;
    ensure!(types(&events) == ["task.deleted", "task.restored"]);
    Ok(())
}

async fn untouchable(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "Gone"})).await?;
    owner.delete(&path(&task)).await?.expect(204)?;
    let before = product.database.fingerprint(owner.user).await?;
    let body = json!({"title": "Zombie"});
    for answer in [
        owner.put(&path(&task), &body).await?,
        owner.patch(&path(&task), &body).await?,
        owner.delete(&path(&task)).await?,
        send(owner.request(Method::PATCH, &format!("{}/complete", path(&task)))).await?,
    ] {
        answer.problem(404, "not_found")?;
    }
    let child = json!({"title": "Orphan", "parent_id": task["id"]});
    owner.post("/tasks", &child).await?.invalid("parent_id")?;
    ensure!(product.database.fingerprint(owner.user).await? == before);
    Ok(())
}

async fn idle(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "Here"})).await?;
    same(&restore(&owner, &task).await?.expect(200)?, &task)?;
    ensure!(product.database.head(owner.user).await? == 2);
    Ok(())
}
