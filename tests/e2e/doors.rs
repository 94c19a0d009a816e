//! The doors of realtime: who may listen, and how often a ticket opens.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use events::UserId;
use futures::future::try_join_all;
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::json;
use testing::load::Place;
use testing::{Client, Heard, Socket, send};

use crate::stage::{Product, Stage};

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "doors: nobody listens without a token of their own",
            strangers,
        ),
        stage.shared("doors: a session that ends closes its socket", session_end),
        stage.shared("doors: a ticket opens once, whoever holds it", ticket),
        stage.shared(
            "doors: of 50 who use a ticket at once, one comes in",
            ticket_race,
        ),
        stage.shared(
            "doors: made-up tickets and dead accounts do not close them to others",
            nuisance,
        ),
        stage.shared(
            "doors: a page from elsewhere may not open a socket",
            origins,
        ),
        stage.shared("doors: a deleted user is shown out", deleted_user),
    ]
}

async fn strangers(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    let expired = product.signer.token_for(owner.user, -60)?;
    let theirs = other.token.clone().context("no token")?;
    let mut tokens = product.signer.forgeries(owner.user)?;
    // A user who is gone is found out by the log, not by the token.
    tokens.retain(|(what, _)| *what != "sub of nobody");
    tokens.push(("no token", String::new()));
    tokens.push((
        "a made-up ticket",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
    ));
    let cases = tokens.into_iter().map(|(what, token)| (what, token, 4001));
    let more = [("expired", expired, 4001), ("another user's", theirs, 4003)];
    for (what, token, code) in cases.chain(more) {
        let mut socket = Socket::connect(&product.realtime, owner.user, &token, Some(0)).await?;
        let heard = socket.hear().await?;
        ensure!(heard == Heard::Closed(Some(code)), "{what}: {heard:?}");
        let url = format!("{}/sse/user/{}/tasks", product.realtime, owner.user);
        let stream = send(product.http().get(url).bearer_auth(&token)).await?;
        let status = if code == 4003 { 403 } else { 401 };
        ensure!(stream.status == status, "{what}: {}", stream.status);
    }
    let path = format!(
        "/ws/user/me/tasks?token={}",
        owner.token.clone().unwrap_or_default()
    );
    let mut socket = open(product, &path, &[]).await?.map_err(refused)?;
    ensure!(
        socket.closed().await? == Some(4003),
        "a path that names nobody is nobody's"
    );
    Ok(())
}

async fn session_end(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let owner = owner.with_token(Some(product.signer.token_for(owner.user, 8)?));
    let mut socket = product.socket(&owner, None).await?;
    ensure!(socket.ready().await?.1);
    ensure!(socket.closed().await? == Some(4001));
    Ok(())
}

async fn ticket(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    let used = new_ticket(&owner).await?;
    let mut socket = Socket::connect(&product.realtime, owner.user, &used, None).await?;
    ensure!(socket.ready().await? == (1, true));
    owner
        .post("/tasks", &json!({"title": "x"}))
        .await?
        .expect(201)?;
    ensure!(socket.event().await?.data.seq == 2);
    let mut again = Socket::connect(&product.realtime, owner.user, &used, None).await?;
    ensure!(
        again.closed().await? == Some(4001),
        "a ticket was good twice"
    );

    let stray = new_ticket(&other).await?;
    let mut elsewhere = Socket::connect(&product.realtime, owner.user, &stray, None).await?;
    ensure!(elsewhere.closed().await? == Some(4003));
    // A ticket is for a socket and not for the API.
    let misused = owner.with_token(Some(new_ticket(&owner).await?));
    ensure!(misused.get("/tasks").await?.status == 401);
    Ok(())
}

async fn ticket_race(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let ticket = new_ticket(&owner).await?;
    let entries = (0..50).map(|number| enter(product, owner.user, &ticket, number));
    let heard = try_join_all(entries).await?;
    let winners = heard
        .iter()
        .filter(|heard| matches!(heard, Heard::Ready { .. }))
        .count();
    let losers = heard
        .iter()
        .filter(|heard| **heard == Heard::Closed(Some(4001)))
        .count();
    ensure!(
        (winners, losers) == (1, 49),
        "{winners} came in and {losers} were refused"
    );
    Ok(())
}

/// What somebody gets wrong on purpose must not count as a failure of the backend: after
/// enough of those, the sidecar calls it no more.
async fn nuisance(product: &Product) -> Result<()> {
    let (owner, gone) = (product.sign_up().await?, product.sign_up().await?);
    product.database.delete_user(gone.user).await?;
    let wrong = (0..40).map(async |number| {
        // It could be one by its shape, so the backend is asked.
        let ticket = format!("{number:A>43}");
        enter(product, owner.user, &ticket, 0).await?;
        let token = gone.token.as_deref().unwrap_or_default();
        enter(product, gone.user, token, 0).await
    });
    for heard in try_join_all(wrong).await? {
        ensure!(heard == Heard::Closed(Some(4001)), "{heard:?}");
    }
    let ticket = new_ticket(&owner).await?;
    let heard = enter(product, owner.user, &ticket, 0).await?;
    ensure!(matches!(heard, Heard::Ready { .. }), "{heard:?}");
    Ok(())
}

async fn enter(product: &Product, user: UserId, ticket: &str, number: usize) -> Result<Heard> {
    let origin = product.realtime_of(number);
    Socket::connect(&origin, user, ticket, None)
        .await?
        .hear()
        .await
}

async fn origins(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let token = owner.token.clone().unwrap_or_default();
    let path = format!("/ws/user/{}/tasks?token={token}", owner.user);
    for evil in [
        "https://evil.example",
        "http://localhost:3000.evil.example",
        "null",
        "",
    ] {
        let answer = open(product, &path, &[("origin", evil)]).await?;
        ensure!(answer.err() == Some(403), "{evil:?} may open a socket");
    }
    let both = [("origin", "http://localhost:3000")];
    let mut own = open(product, &path, &both).await?.map_err(refused)?;
    ensure!(own.ready().await?.1);
    Ok(())
}

async fn deleted_user(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut socket = product.socket(&owner, None).await?;
    ensure!(socket.ready().await?.1);
    product.database.delete_user(owner.user).await?;
    ensure!(socket.closed().await? == Some(4001));
    Ok(())
}

async fn new_ticket(owner: &Client) -> Result<String> {
    let answer = send(owner.request(Method::POST, "/ws-ticket"))
        .await?
        .expect(201)?;
    Ok(answer["ticket"].as_str().context("no ticket")?.to_owned())
}

async fn open(
    product: &Product,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<Result<Socket, u16>> {
    Socket::open(&product.realtime, path, headers).await
}

fn refused(status: u16) -> anyhow::Error {
    anyhow::anyhow!("refused with {status}")
}
