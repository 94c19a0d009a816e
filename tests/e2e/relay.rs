//! The relay: what may be in its way, and how to ask how it is.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use serde_json::json;
use tokio::process::Command;
use xtask::workspace;

use crate::isolation::everything;
use crate::stage::{Product, Stage};
use crate::violation::{Violation, heard_exactly};

const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "relay: a transaction that stays open holds up nobody else",
            long_transaction,
        ),
        stage.shared("relay: its status can be asked", status),
    ]
}

/// A dump, or a session that somebody forgot: it began before the events and outlives them.
async fn long_transaction(product: &Product) -> Result<()> {
    let (sleeper, owner) = (product.sign_up().await?, product.sign_up().await?);
    let lock = product.database.lock_writes(sleeper.user).await?;
    let mut socket = product.socket(&owner, None).await?;
    let (cursor, _) = socket.ready().await?;
    for _ in 0..20 {
        owner
            .post("/tasks", &json!({"title": "Now"}))
            .await?
            .expect(201)?;
    }
    let heard = everything(&mut socket, cursor + 20).await?;
    product.drained(&[owner.user], PATIENCE).await?;
    lock.release().await?;
    heard_exactly(product, owner.user, cursor, &heard).await
}

/// An event whose id was drawn early becomes visible after later ones were published.
pub(crate) async fn late(product: &Product) -> Result<()> {
    let (slow, quick) = (product.sign_up().await?, product.sign_up().await?);
    let both = [slow.user, quick.user];
    product.drained(&both, PATIENCE).await?;
    let mut transaction = product.database.lock_writes(slow.user).await?;
    transaction.rename(slow.user).await?;
    quick
        .post("/tasks", &json!({"title": "Quick"}))
        .await?
        .expect(201)?;
    product.drained(&[quick.user], PATIENCE).await?;
    transaction.release().await?;
    match product.drained(&[slow.user], PATIENCE).await {
        Ok(()) => Ok(()),
        Err(error) => Err(Violation::Unpublished(format!("{error:#}")).into()),
    }
}

async fn status(product: &Product) -> Result<()> {
    let backend = product.stack.backend()?;
    let output = Command::new(workspace::root().join("target/debug/taskflow-backend"))
        .args(["relay", "status"])
        .env("DAPR_GRPC_PORT", backend.dapr_grpc_port().to_string())
        .env("DAPR_API_TOKEN", product.stack.secret("DAPR_API_TOKEN")?)
        .env("APP_API_TOKEN", product.stack.secret("APP_API_TOKEN")?)
        .output()
        .await?;
    let text = String::from_utf8(output.stdout)?;
    ensure!(output.status.success(), "{text}");
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.map(str::trim)
            .with_context(|| format!("no {name}: {text}"))
    };
    value("waiting events")?.parse::<u64>()?;
    ensure!(value("oldest waits")?.ends_with(" s"));
    ensure!(value("leader")?.starts_with("Postgres session"), "{text}");
    Ok(())
}
