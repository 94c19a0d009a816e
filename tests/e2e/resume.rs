//! A client that was away gets what it missed: each event once, in order, or the truth.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use futures::future::try_join_all;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use testing::{Client, wait};

use crate::isolation::everything;
use crate::stage::{Product, Stage};
use crate::violation::heard_exactly;

/// How long 50 changes may take.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("resume: 500 missed changes come once and in order", missed),
        stage.shared(
            "resume: what happens meanwhile joins without a gap",
            amid_changes,
        ),
        stage.shared(
            "resume: a cursor from the beginning brings everything",
            from_the_beginning,
        ),
        stage.shared(
            "resume: a cursor from the future is not believed",
            from_the_future,
        ),
    ]
}

async fn missed(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut socket = product.socket(&owner, None).await?;
    let (cursor, _) = socket.ready().await?;
    drop(socket);
    changes(&owner, 500).await?;
    // On another replica: nothing of a connection is kept where it was.
    let mut socket = product.tab(&owner, 1, Some(cursor)).await?;
    let heard = everything(&mut socket, cursor + 500).await?;
    heard_exactly(product, owner.user, cursor, &heard).await
}

/// History and live events overlap, in several clients at once.
pub(crate) async fn amid_changes(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    changes(&owner, 300).await?;
    let writing = try_join_all((0..4).map(|_| single_changes(&owner, 100)));
    let last = 1 + 300 + 4 * 100;
    let reading = try_join_all((0..6).map(|number| {
        let (owner, since) = (&owner, number * 60);
        async move {
            // One after the other, so that some come while the changes are being made.
            head_reaches(product, owner, 301 + number * 50).await?;
            let mut socket = product
                .tab(owner, usize::try_from(number)?, Some(since))
                .await?;
            anyhow::Ok((since, everything(&mut socket, last).await?))
        }
    }));
    let (_, heard) = tokio::try_join!(writing, reading)?;
    for (since, heard) in heard {
        heard_exactly(product, owner.user, since, &heard).await?;
    }
    Ok(())
}

async fn from_the_beginning(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    changes(&owner, 100).await?;
    let mut socket = product.socket(&owner, Some(0)).await?;
    let heard = everything(&mut socket, 101).await?;
    heard_exactly(product, owner.user, 0, &heard).await
}

async fn from_the_future(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    changes(&owner, 10).await?;
    for since in [12, 1_000_000, u64::MAX] {
        let mut socket = product.socket(&owner, Some(since)).await?;
        let head = product.database.head(owner.user).await?;
        ensure!(
            socket.ready().await? == (head, false),
            "{since} was believed"
        );
        single_changes(&owner, 1).await?;
        ensure!(socket.event().await?.data.seq == head + 1);
    }
    Ok(())
}

/// As many changes as it says, by the hundred.
async fn changes(owner: &Client, count: usize) -> Result<()> {
    let one = json!({"op": "create", "task": {"title": "Missed"}});
    for _ in 0..count / 100 {
        let batch: Vec<Value> = vec![one.clone(); 100];
        owner
            .post("/tasks/batch", &json!({"operations": batch}))
            .await?
            .expect(200)?;
    }
    single_changes(owner, count % 100).await
}

async fn single_changes(owner: &Client, count: usize) -> Result<()> {
    for _ in 0..count {
        owner
            .post("/tasks", &json!({"title": "Meanwhile"}))
            .await?
            .expect(201)?;
    }
    Ok(())
}

async fn head_reaches(product: &Product, owner: &Client, seq: u64) -> Result<()> {
    wait::until("the changes to be made", PATIENCE, async || {
        Ok((product.database.head(owner.user).await? >= seq).then_some(()))
    })
    .await
}
