//! The log rebuilds the tables: whatever happened to them, and to the rebuild.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use serde_json::json;
use testing::database::WriteLock;
use testing::{Client, wait};
use tokio::process::Child;

use crate::stage::{Product, Stage};
use crate::violation::Violation;

const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.alone("rebuild: killed at any point, and run again", killed),
        stage.alone("rebuild: what was lost from the tables comes back", swapped),
    ]
}

/// A task with a history, among others.
async fn history(owner: &Client) -> Result<()> {
    for number in 0..20 {
        let task =
            json!({"title": format!("Task {number}"), "tags": ["home"], "due_date": "2026-11-21"});
        let task = owner.post("/tasks", &task).await?.expect(201)?;
        let path = format!("/tasks/{}", task["id"].as_str().unwrap_or_default());
        owner
            .patch(&path, &json!({"priority": "high"}))
            .await?
            .expect(200)?;
    }
    owner
        .patch("/profile", &json!({"time_zone": "Asia/Tokyo"}))
        .await?
        .expect(200)?;
    Ok(())
}

/// With a row out of place, so that there is something to swap.
async fn damaged(product: &Product) -> Result<Client> {
    let owner = product.sign_up().await?;
    history(&owner).await?;
    product.database.damage_tables(owner.user).await?;
    Ok(owner)
}

async fn swapped(product: &Product) -> Result<()> {
    let owner = damaged(product).await?;
    ensure!(
        product.adds_up(&[owner.user]).await.is_err(),
        "the damage was not noticed"
    );
    let swap = product.command(&["rebuild", "--swap"])?.output().await?;
    ensure!(
        swap.status.success(),
        "{}",
        String::from_utf8_lossy(&swap.stderr)
    );
    product.adds_up(&[owner.user]).await?;
    let tasks = owner.get("/tasks?limit=200").await?.expect(200)?;
    ensure!(tasks["items"].as_array().map(Vec::len) == Some(20));
    history(&owner).await
}

pub(crate) async fn killed(product: &Product) -> Result<()> {
    let owner = damaged(product).await?;
    let user = owner.user.to_string();
    let before = product.database.fingerprint(owner.user).await?;
    // While it waits for a writer, …
    let writer = product.database.lock_writes(owner.user).await?;
    killed_waiting(product, &[], writer).await?;
    // … with some of the tables swapped, and others not, …
    let tasks = product.database.lock_tasks(owner.user).await?;
    killed_waiting(product, &["--user", &user], tasks).await?;
    if product.database.fingerprint(owner.user).await? != before {
        return Err(Violation::Halved("a rebuild".to_owned()).into());
    }
    // … and as soon as it is at work.
    for _ in 0..3 {
        let mut swap = start(product, &[])?;
        wait::until("the swap to begin", PATIENCE, async || {
            let has_ended = swap.try_wait()?.is_some();
            Ok((has_ended || product.database.is_rebuilding().await?).then_some(()))
        })
        .await?;
        swap.kill().await?;
        over(product).await?;
    }
    owner
        .post("/tasks", &json!({"title": "Writes go on"}))
        .await?
        .expect(201)?;
    ensure!(start(product, &[])?.wait().await?.success());
    product.adds_up(&[owner.user]).await
}

/// Kills a swap that waits for what is locked.
async fn killed_waiting(product: &Product, args: &[&str], lock: WriteLock) -> Result<()> {
    let mut swap = start(product, args)?;
    wait::until("the swap to wait for the lock", PATIENCE, async || {
        Ok((product.database.waiting_for_locks().await? > 0).then_some(()))
    })
    .await?;
    swap.kill().await?;
    lock.release().await?;
    over(product).await
}

/// Postgres finds out late that a client is gone.
async fn over(product: &Product) -> Result<()> {
    wait::until("the swap to be over", PATIENCE, async || {
        Ok((!product.database.is_rebuilding().await?).then_some(()))
    })
    .await
}

fn start(product: &Product, args: &[&str]) -> Result<Child> {
    let mut command = product.command(&["rebuild", "--swap"])?;
    Ok(command
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?)
}

/// What `fold-forgets` is found by.
pub(crate) async fn told(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = owner
        .post("/tasks", &json!({"title": "Done"}))
        .await?
        .expect(201)?;
    let path = format!(
        "/tasks/{}/complete",
        task["id"].as_str().unwrap_or_default()
    );
    owner
        .patch(&path, &json!({"completed": true}))
        .await?
        .expect(200)?;
    product.adds_up(&[owner.user]).await
}
