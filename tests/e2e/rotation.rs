//! One secret is exchanged for another while people are signed in.

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use serde_json::json;
use testing::{Heard, Signer};

use crate::agent::talk;
use crate::stage::{Product, Stage};

/// What the services accept besides what sessions are signed with.
const ACCEPTED: &str = "accepted-besides-0123456789abcdef";

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.apart(
        "rotation: of two secrets either opens every door, and no third",
        &[("BETTER_AUTH_SECRET_ACCEPTED", ACCEPTED)],
        two_secrets,
    )]
}

async fn two_secrets(product: &Product) -> Result<()> {
    for signer in [&product.signer, &Signer::new(ACCEPTED)] {
        let owner = product.sign_up().await?;
        let session = owner.with_token(Some(signer.token(owner.user)?));
        let mut socket = product.socket(&session, None).await?;
        socket.ready().await?;
        product.event_stream(&session, None).await?;
        let task = json!({"title": "Still signed in"});
        session.post("/tasks", &task).await?.expect(201)?;
        let notice = socket.event().await?;
        ensure!(notice.event_type == "task.created", "{notice:?}");
        let tasks = talk::call(product, &session, "list_tasks", &json!({})).await?;
        ensure!(tasks["isError"] != true, "{tasks}");
    }
    let owner = product.sign_up().await?;
    let third = Signer::new(&ACCEPTED.repeat(2)).token(owner.user)?;
    let stranger = owner.with_token(Some(third));
    ensure!(stranger.get("/tasks").await?.status == 401);
    ensure!(product.event_stream(&stranger, None).await.is_err());
    let heard = product.socket(&stranger, None).await?.hear().await?;
    ensure!(heard == Heard::Closed(Some(4001)), "{heard:?}");
    Ok(())
}
