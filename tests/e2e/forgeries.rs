//! Tokens that nobody may accept, against the running services.

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use testing::{Answer, Client, send};

use crate::stage::{Product, Stage};
use crate::violation::Violation;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("forgeries: every forged token is refused alike", forged),
        stage.shared("forgeries: a token counts only where it belongs", misplaced),
    ]
}

pub(crate) async fn forged(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    owner.get("/tasks").await?.expect(200)?;
    let none = owner.with_token(None).get("/tasks").await?;
    for (what, token) in product.signer.forgeries(owner.user)? {
        let answer = owner.with_token(Some(token)).get("/tasks").await?;
        refused(what, &answer)?;
        // Whoever forges learns nothing from the answer.
        ensure!(answer.body == none.body, "{what}: another body");
    }
    Ok(())
}

async fn misplaced(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let token = owner.token.clone().unwrap_or_default();
    let bare = owner.with_token(None);
    let with = |name: &'static str, value: String| {
        send(bare.request(Method::GET, "/tasks").header(name, value))
    };
    refused(
        "basic",
        &with("authorization", format!("Basic {token}")).await?,
    )?;
    refused("no scheme", &with("authorization", token.clone()).await?)?;
    refused("cookie", &with("cookie", format!("token={token}")).await?)?;
    refused("query", &bare.get(&format!("/tasks?token={token}")).await?)?;
    let twice = owner
        .request(Method::GET, "/tasks")
        .header("authorization", "Bearer x");
    refused("two headers", &send(twice).await?)?;
    let gone = product.sign_up().await?;
    product.database.delete_user(gone.user).await?;
    refused("of a deleted user", &gone.get("/tasks").await?)?;
    alike(&owner).await
}

/// The scheme is a word, and words have no case.
async fn alike(owner: &Client) -> Result<()> {
    let token = owner.token.clone().unwrap_or_default();
    let request = owner.with_token(None).request(Method::GET, "/tasks");
    send(request.header("authorization", format!("bearer {token}")))
        .await?
        .expect(200)?;
    Ok(())
}

fn refused(what: &str, answer: &Answer) -> Result<()> {
    if answer.status != 401 {
        return Err(Violation::Answered {
            what: format!("a token ({what})"),
            status: answer.status.to_string(),
        }
        .into());
    }
    ensure!(answer.header("www-authenticate")? == "Bearer", "{what}");
    ensure!(
        answer.header("content-type")? == "application/problem+json",
        "{what}"
    );
    Ok(())
}
