//! Everyone sees all of their own and nothing else, in every tab, on every replica.

use std::sync::Arc;

use anyhow::{Result, ensure};
use futures::future::try_join_all;
use libtest_mimic::Trial;
use serde_json::json;
use testing::{Client, Heard, Socket};

use crate::stage::{Product, Stage};
use crate::violation::heard_exactly;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.shared(
        "isolation: two users in two tabs each see their own changes only",
        tabs,
    )]
}

/// Different numbers of changes, so that the users' cursors drift apart.
const CHANGES: [usize; 2] = [40, 15];

pub(crate) async fn tabs(product: &Product) -> Result<()> {
    let people = [product.sign_up().await?, product.sign_up().await?];
    let mut tabs = Vec::new();
    for person in &people {
        for number in 0..2 {
            let mut tab = product.tab(person, number, None).await?;
            ensure!(tab.ready().await? == (1, true));
            tabs.push((person, tab));
        }
    }
    let work = people
        .iter()
        .zip(CHANGES)
        .map(|(person, count)| change(person, count));
    try_join_all(work).await?;
    // After the last change of anybody one more of everybody: what strayed into a tab
    // stands before it.
    try_join_all(people.iter().map(|person| change(person, 1))).await?;

    let heard = tabs.iter_mut().map(|(person, tab)| async {
        let head = product.database.head(person.user).await?;
        Ok::<_, anyhow::Error>((person.user, everything(tab, head).await?))
    });
    for (user, heard) in try_join_all(heard).await? {
        heard_exactly(product, user, 1, &heard).await?;
    }
    Ok(())
}

async fn change(person: &Client, count: usize) -> Result<()> {
    for number in 0..count {
        let task = json!({"title": format!("{number}")});
        person.post("/tasks", &task).await?.expect(201)?;
    }
    Ok(())
}

/// All that is said until the event `seq` has come, and the answer to a ping after it.
pub(crate) async fn everything(tab: &mut Socket, seq: u64) -> Result<Vec<Heard>> {
    let mut heard = tab.until(seq).await?;
    tab.send(r#"{"type":"ping"}"#).await?;
    loop {
        let next = tab.hear().await?;
        let last = matches!(next, Heard::Pong | Heard::Closed(_) | Heard::Silence);
        heard.push(next);
        if last {
            return Ok(heard);
        }
    }
}
