//! The relay: what may be in its way, and how to ask how it is.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use events::{MAX_EVENT_BYTES, Topic};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use testing::{send, wait};

use crate::isolation::everything;
use crate::stage::{Product, Stage};
use crate::violation::{Violation, heard_exactly};

const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "relay: a transaction that stays open holds up nobody else",
            long_transaction,
        ),
        stage.shared("relay: its status can be asked", status),
        stage.alone(
            "relay: what cannot be published is a dead letter, and holds up nobody",
            unpublishable,
        ),
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

/// Rows that this version did not write, in the midst of those that it did.
async fn unpublishable(product: &Product) -> Result<()> {
    let (sick, owner) = (product.sign_up().await?, product.sign_up().await?);
    let mut socket = product.socket(&owner, None).await?;
    let (cursor, _) = socket.ready().await?;
    let tasks = Topic::Tasks.name();
    let deep = format!(r#"{{"mark-deep":{}1{}}}"#, "[".repeat(200), "]".repeat(200));
    let large = format!(r#"{{"mark-large":"{}"}}"#, "x".repeat(MAX_EVENT_BYTES));
    let rows = [
        (
            "mark-shape",
            tasks,
            "task.created",
            r#"{"mark-shape":1}"#,
            "data do not fit",
        ),
        (
            "mark-topic",
            "made.up",
            "task.teleported",
            r#"{"mark-topic":1}"#,
            "no topic `made.up`",
        ),
        (
            "mark-deep",
            tasks,
            "task.teleported",
            &deep,
            "recursion limit",
        ),
        (
            "mark-large",
            tasks,
            "task.teleported",
            &large,
            "more than the",
        ),
    ];
    for (_, topic, event_type, data, _) in rows {
        product
            .database
            .write_event(sick.user, topic, event_type, data)
            .await?;
        owner
            .post("/tasks", &json!({"title": "Behind"}))
            .await?
            .expect(201)?;
    }
    let heard = everything(&mut socket, cursor + 4).await?;
    heard_exactly(product, owner.user, cursor, &heard).await?;
    sick.post("/tasks", &json!({"title": "Well"}))
        .await?
        .expect(201)?;
    let mut own = product.socket(&sick, Some(1)).await?;
    let heard = own.until(6).await?;
    heard_exactly(product, sick.user, 1, &heard).await?;
    // Nor does it hold up who goes by the cursor.
    for (after, mark) in [(1, json!({"mark-shape": 1})), (4, Value::Null)] {
        let page = sick.get(&format!("/events?after={after}&limit=2")).await?;
        let page = page.expect(200)?;
        let first = &page["items"][0];
        ensure!(first["unreadable"].is_string() && first["seq"] == after + 1);
        ensure!(mark.is_null() || first["data"] == mark, "{first}");
        ensure!(page["items"][1]["unreadable"].is_null(), "{page}");
    }
    ensure!(sick.get("/events?after=3&limit=1").await?.status == 200);
    product.drained(&[sick.user, owner.user], PATIENCE).await?;
    for (mark, topic, event_type, _, cause) in rows {
        let letters = product.database.dead_letters(mark).await?;
        let [letter] = &letters[..] else {
            bail!("{mark}: {letters:?}")
        };
        ensure!(letter.topic == topic && letter.event_type.as_deref() == Some(event_type));
        ensure!(letter.user_id == Some(sick.user.0) && letter.event_id.is_some());
        ensure!(letter.handler.as_deref() == Some("relay"), "{letter:?}");
        ensure!(letter.cause.contains(cause), "{mark}: {}", letter.cause);
    }
    replayed(product, "mark-shape").await?;
    // Nobody else has to read that log.
    product.database.delete_user(sick.user).await
}

/// Replayed, such a letter goes back to the relay, which still cannot publish it.
async fn replayed(product: &Product, mark: &str) -> Result<()> {
    let list = product.as_admin(Method::GET, "/admin/dead-letters?limit=200")?;
    let list = send(list).await?.expect(200)?;
    let is_ours = |letter: &&Value| letter["handler"] == "relay" && letter["topic"] != "made.up";
    let letters = list["items"].as_array().context("no items")?;
    let id = letters
        .iter()
        .filter(is_ours)
        .map(|letter| &letter["id"])
        .next_back();
    let id = id
        .and_then(Value::as_str)
        .with_context(|| format!("no {mark}: {list}"))?;
    let replay = product.as_admin(Method::POST, "/admin/dead-letters/replay")?;
    send(replay.json(&json!({"ids": [id]})))
        .await?
        .expect(200)?;
    wait::until("the letter to be back", PATIENCE, async || {
        let letter = product.as_admin(Method::GET, &format!("/admin/dead-letters/{id}"))?;
        let letter = send(letter).await?.expect(200)?;
        let history = letter["history"].as_array().map(Vec::len);
        Ok((letter["state"] == "waiting" && history == Some(3)).then_some(()))
    })
    .await
}

async fn status(product: &Product) -> Result<()> {
    let output = product.command(&["relay", "status"])?.output().await?;
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
