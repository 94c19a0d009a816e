//! `X-Correlation-ID`: taken if it is harmless, made if not, and always returned.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::json;
use testing::{Answer, Client, send};
use uuid::Uuid;

use super::steps::events_after;
use crate::stage::{Product, Stage};

const HEADER: &str = "x-correlation-id";

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "rest: a correlation id comes back and is on the event",
            echoed,
        ),
        stage.shared("rest: a harmful correlation id is replaced", replaced),
        stage.shared("rest: every answer has a correlation id of its own", always),
    ]
}

async fn create(owner: &Client, id: &[u8]) -> Result<Answer> {
    let request = owner.request(Method::POST, "/tasks").header(HEADER, id);
    send(request.json(&json!({"title": "task"}))).await
}

async fn echoed(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let longest = "x".repeat(128);
    for (n, id) in ["a", "checkout:42_a.B-c", &longest].into_iter().enumerate() {
        let answer = create(&owner, id.as_bytes()).await?;
        answer.expect(201)?;
        ensure!(answer.header(HEADER)? == id);
        let events = events_after(&owner, n as u64 + 1).await?;
        ensure!(events[0]["correlation_id"] == id);
    }
    Ok(())
}

async fn replaced(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let too_long = "x".repeat(129);
    let harmful: [&[u8]; 6] = [
        b"",
        b"a b",
        b"a\"b",
        b"\xff\xfe",
        b"{\"a\":1}",
        too_long.as_bytes(),
    ];
    for (n, id) in harmful.into_iter().enumerate() {
        let answer = create(&owner, id).await?;
        answer.expect(201)?;
        let made: Uuid = answer
            .header(HEADER)?
            .parse()
            .context("not made by the server")?;
        let events = events_after(&owner, n as u64 + 1).await?;
        ensure!(events[0]["correlation_id"] == made.to_string());
    }
    Ok(())
}

async fn always(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut seen = Vec::new();
    for answer in [
        owner.get("/tasks").await?,
        owner.get("/tasks").await?,
        owner.get("/tasks?sort=x").await?,
        owner.with_token(None).get("/tasks").await?,
        owner.get("/nowhere").await?,
        send(product.http().get(format!("{}/health", product.backend))).await?,
    ] {
        let id = answer.header(HEADER)?.to_owned();
        ensure!(!seen.contains(&id), "{id} came twice");
        seen.push(id);
    }
    Ok(())
}
