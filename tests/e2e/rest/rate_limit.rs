//! How often a user and an address may ask.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use futures::future::try_join_all;
use libtest_mimic::Trial;
use serde_json::json;
use testing::{Answer, Client, wait};

use crate::stage::{Product, Stage};

/// A second's worth; a burst of ten seconds' worth is let through. So low that even a busy
/// machine asks faster.
const LIMITS: &[(&str, &str)] = &[("RATE_LIMIT_USER", "1"), ("RATE_LIMIT_IP", "40")];
const USER_BURST: usize = 10;
const ADDRESS_BURST: usize = 400;

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.apart(
        "rest: who asks too often waits, and nothing is written",
        LIMITS,
        limited,
    )]
}

async fn limited(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    user(product, &owner).await?;
    other.get("/tasks").await?.expect(200)?;
    address(&other).await?;
    // Whoever waits is let in again.
    wait::until("the limit to pass", Duration::from_secs(10), async || {
        let answer = owner.get("/profile").await?;
        Ok((answer.status == 200).then_some(()))
    })
    .await
}

async fn user(product: &Product, owner: &Client) -> Result<()> {
    let task = json!({"title": "one of many"});
    let posts = (0..6 * USER_BURST).map(|_| owner.post("/tasks", &task));
    let answers = try_join_all(posts).await?;
    let (created, refused): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status == 201);
    ensure!(
        created.len() >= USER_BURST && !refused.is_empty(),
        "{} created",
        created.len()
    );
    for answer in refused {
        is_told_when(answer)?;
    }
    let written = product
        .database
        .tasks_titled(owner.user, "one of many")
        .await?;
    ensure!(
        usize::try_from(written)? == created.len(),
        "{written} written"
    );
    Ok(())
}

/// The address is counted before the token is looked at, or guessing tokens would be free.
async fn address(anybody: &Client) -> Result<()> {
    let stranger = anybody.with_token(None);
    let knocks = (0..2 * ADDRESS_BURST).map(|_| stranger.get("/tasks"));
    let answers = try_join_all(knocks).await?;
    let (unknown, refused): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status == 401);
    ensure!(
        !unknown.is_empty() && !refused.is_empty(),
        "{} refused",
        refused.len()
    );
    refused.into_iter().try_for_each(is_told_when)
}

fn is_told_when(answer: &Answer) -> Result<()> {
    answer.problem(429, "too_many_requests")?;
    let seconds: u64 = answer.header("retry-after")?.parse()?;
    ensure!((1..=10).contains(&seconds), "come back in {seconds} s");
    Ok(())
}
