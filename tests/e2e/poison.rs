//! Duplicates, unknown types and messages that nobody can read, put on the topic by a plain
//! Kafka client: effect once, everything kept, and nothing in the way of what follows.

mod letters;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use events::Topic;
use libtest_mimic::Trial;
use serde_json::json;
use testing::database::DeadLetter;
use testing::kafka::{Record, TopicLog};
use testing::{Client, wait};
use uuid::Uuid;

use crate::isolation::everything;
use crate::stage::{Product, Stage, handled};
use crate::violation::{Violation, heard_exactly};

/// How long a message may take through realtime, its dead-letter topic and the backend.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("poison: a duplicated event takes effect once", duplicates),
        stage.shared("poison: an unknown type is carried, not lost", unknown_type),
        stage.shared(
            "poison: what cannot be read is kept with its cause, and blocks nobody",
            unreadable,
        ),
        stage.shared(
            "poison: many that cannot be read do not bring down the sidecar",
            many_unreadable,
        ),
        stage.alone(
            "poison: what comes while the database is away is kept, too",
            while_away,
        ),
    ]
}

pub(crate) async fn duplicates(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut socket = product.socket(&owner, None).await?;
    let (cursor, _) = socket.ready().await?;
    for n in 0..3 {
        owner
            .post("/tasks", &json!({"title": format!("t{n}")}))
            .await?
            .expect(201)?;
    }
    let (topic, records) = own_records(product, &owner, 3).await?;
    // Each twice more, the oldest last.
    for record in records.iter().chain(records.iter().rev()) {
        topic
            .write(record.partition, record.key.as_deref(), &record.value)
            .await?;
    }
    owner
        .post("/tasks", &json!({"title": "last"}))
        .await?
        .expect(201)?;
    let heard = everything(&mut socket, cursor + 4).await?;
    heard_exactly(product, owner.user, cursor, &heard).await
}

async fn unknown_type(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut socket = product.socket(&owner, None).await?;
    let (cursor, _) = socket.ready().await?;
    owner
        .post("/tasks", &json!({"title": "before"}))
        .await?
        .expect(201)?;
    let seq = product
        .database
        .write_foreign_event(owner.user, "task.teleported")
        .await?;
    owner
        .post("/tasks", &json!({"title": "after"}))
        .await?
        .expect(201)?;

    let heard = everything(&mut socket, cursor + 3).await?;
    heard_exactly(product, owner.user, cursor, &heard).await?;
    let page = owner
        .get(&format!("/events?after={}", seq - 1))
        .await?
        .expect(200)?;
    let unknown = &page["items"][0];
    ensure!(unknown["event_type"] == "task.teleported", "{unknown}");
    ensure!(
        unknown["data"] == json!({"shape": ["of", "tomorrow"]}),
        "{unknown}"
    );
    let (_, records) = own_records(product, &owner, 3).await?;
    ensure!(records[1].cloud_event()?["data"] == *unknown);
    Ok(())
}

/// Side by side in the same bulks, with good ones between them: a daprd that opens them itself
/// mixes them up, or panics.
async fn many_unreadable(product: &Product) -> Result<()> {
    const ROUNDS: u64 = 24;
    let owner = product.sign_up().await?;
    let mut socket = product.socket(&owner, None).await?;
    let (cursor, _) = socket.ready().await?;
    owner
        .post("/tasks", &json!({"title": "first"}))
        .await?
        .expect(201)?;
    let (topic, records) = own_records(product, &owner, 1).await?;
    let good = &records[0];
    let key = good.key.as_deref();
    let mut no_event = good.cloud_event()?;
    no_event["data"] = "unspoken".into();
    for round in 0..ROUNDS {
        let no_json = format!("no JSON {round}").into_bytes();
        no_event["id"] = Uuid::now_v7().to_string().into();
        let no_event = no_event.to_string().into_bytes();
        for value in [no_json, no_event, good.value.clone()] {
            topic.write(good.partition, key, &value).await?;
        }
        owner
            .post("/tasks", &json!({"title": format!("{round}")}))
            .await?
            .expect(201)?;
    }
    let heard = everything(&mut socket, cursor + 1 + ROUNDS).await?;
    heard_exactly(product, owner.user, cursor, &heard).await
}

pub(crate) async fn unreadable(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut socket = product.socket(&owner, None).await?;
    let (cursor, _) = socket.ready().await?;
    owner
        .post("/tasks", &json!({"title": "before"}))
        .await?
        .expect(201)?;
    let (topic, records) = own_records(product, &owner, 1).await?;
    let key = owner.user.to_string();

    let poison = letters::unreadable(&records[0], &owner)?;
    for letter in &poison {
        topic
            .write(
                records[0].partition,
                letter.key.as_deref(),
                letter.value.as_bytes(),
            )
            .await?;
    }
    owner
        .post("/tasks", &json!({"title": "after"}))
        .await?
        .expect(201)?;
    let (_, records) = own_records(product, &owner, 2).await?;
    ensure!(
        records
            .iter()
            .all(|record| record.key.as_ref() == Some(&key))
    );

    // The partition moved on although every message before was unreadable.
    let heard = everything(&mut socket, cursor + 2).await?;
    heard_exactly(product, owner.user, cursor, &heard).await?;
    for letter in &poison {
        let found = dead_letter(product, &letter.mark)
            .await
            .with_context(|| letter.what)?;
        ensure!(
            found.topic == Topic::Tasks.name(),
            "{}: {found:?}",
            letter.what
        );
        let cause = &found.cause;
        ensure!(
            cause.contains(letter.cause),
            "{}: the cause is {cause:?}",
            letter.what
        );
        ensure!(
            !cause.contains("unspoken"),
            "the cause quotes the message: {cause}"
        );
    }
    Ok(())
}

/// Dead letters are kept in the database: without it they have to wait on their topic.
pub(crate) async fn while_away(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    owner
        .post("/tasks", &json!({"title": "before"}))
        .await?
        .expect(201)?;
    let (_, records) = own_records(product, &owner, 1).await?;
    let letter = &letters::unreadable(&records[0], &owner)?[0];
    let topic = Topic::Tasks.dead_letter_name();
    let backend = product.stack.backend()?;
    let refused = async || handled(product, backend, topic, "retry").await;

    let before = refused().await?;
    product.infra.postgres().kill9().await?;
    let dead = TopicLog::open(&product.brokers()?, topic).await?;
    let key = letter.key.as_deref();
    dead.write(records[0].partition, key, letter.value.as_bytes())
        .await?;
    wait::until("the letter to be refused", PATIENCE, async || {
        Ok((refused().await? > before).then_some(()))
    })
    .await?;
    product.infra.postgres().restart().await?;
    dead_letter(product, &letter.mark).await?;
    Ok(())
}

async fn dead_letter(product: &Product, mark: &str) -> Result<DeadLetter> {
    let found = wait::until("the dead letter", PATIENCE, async || {
        Ok(product.database.dead_letters(mark).await?.pop())
    });
    Ok(found
        .await
        .map_err(|error| Violation::NoDeadLetter(error.to_string()))?)
}

/// The records of a person on the tasks' topic, once there are so many, with a writer.
pub(crate) async fn own_records(
    product: &Product,
    owner: &Client,
    count: usize,
) -> Result<(TopicLog, Vec<Record>)> {
    let mut topic = TopicLog::open(&product.brokers()?, Topic::Tasks.name()).await?;
    let key = owner.user.to_string();
    let mut own: Vec<Record> = Vec::new();
    let own = wait::until("the events on the topic", PATIENCE, async || {
        let new = topic.read().await?.into_iter();
        own.extend(new.filter(|record| {
            record.key.as_ref() == Some(&key)
                && record
                    .event()
                    .is_ok_and(|event| event.user_id == owner.user)
        }));
        Ok((own.len() >= count).then(|| own.clone()))
    })
    .await?;
    Ok((topic, own))
}
