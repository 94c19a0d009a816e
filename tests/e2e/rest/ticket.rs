//! `/ws-ticket`: a pass for one socket.

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use testing::{Socket, send};

use super::steps::text;
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.shared("rest: a ticket opens a socket, once", once)]
}

async fn once(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let request = || send(owner.request(Method::POST, "/ws-ticket"));
    let (answer, other) = (request().await?, request().await?.expect(201)?);
    let body = answer.expect(201)?;
    let fields: Vec<&String> = body
        .as_object()
        .into_iter()
        .flat_map(|body| body.keys())
        .collect();
    ensure!(fields == ["expires_at", "ticket"], "{fields:?}");
    ensure!(answer.header("cache-control")? == "no-store");
    let ticket = text(&body["ticket"]);
    ensure!(ticket.len() >= 43 && body["ticket"] != other["ticket"]);
    ensure!(!owner.token.as_deref().unwrap_or_default().contains(ticket));

    let mut socket = Socket::connect(&product.realtime, owner.user, ticket, None).await?;
    let (cursor, recovered) = socket.ready().await?;
    ensure!(cursor == 1 && recovered);
    let mut again = Socket::connect(&product.realtime, owner.user, ticket, None).await?;
    ensure!(
        again.ready().await.is_err(),
        "a ticket opened a second socket"
    );
    Ok(())
}
