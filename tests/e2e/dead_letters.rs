//! Dead letters by hand: seen, published again as they are, or given up, and nothing forgotten.

mod command;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use events::Topic;
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use testing::kafka::{TopicLog, read_all};
use testing::{Answer, Client, send, wait};
use uuid::Uuid;

use crate::isolation::everything;
use crate::poison::own_records;
use crate::rest::steps::{list, text};
use crate::stage::{Product, Stage};
use crate::violation::{Violation, heard_exactly};

/// How long a message may take through realtime, its dead-letter topic and the backend.
const PATIENCE: Duration = Duration::from_secs(15);

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "dead letters: one that fails again is the same letter, with its history",
            fails_again,
        ),
        stage.shared(
            "dead letters: one that is taken at last stays replayed",
            taken,
        ),
        stage.shared(
            "dead letters: bytes that are no text come back as the same bytes",
            bytes,
        ),
        stage.shared("dead letters: dropped with a reason, and kept", dropped),
        stage.shared("dead letters: all of a topic, a page at a time", all),
        stage.shared("dead letters: bad input changes nothing", invalid),
        stage.shared("dead letters: the same by command", command::by_command),
    ]
}

/// A message that no handler could take.
pub(crate) struct Letter {
    pub(crate) id: String,
    value: Vec<u8>,
}

impl Letter {
    /// One in the owner's name, recorded.
    pub(crate) async fn write(product: &Product, owner: &Client) -> Result<Self> {
        owner
            .post("/tasks", &json!({"title": "Before"}))
            .await?
            .expect(201)?;
        let (topic, records) = own_records(product, owner, 1).await?;
        let good = records.first().context("no record")?;
        let value = spoiled(&good.cloud_event()?);
        topic
            .write(good.partition, good.key.as_deref(), &value)
            .await?;
        Self::recorded(product, owner, value).await
    }

    /// The letter of the owner with these bytes, once it is there.
    async fn recorded(product: &Product, owner: &Client, value: Vec<u8>) -> Result<Self> {
        let listed = format!("/admin/dead-letters?limit=200&user_id={}", owner.user);
        let id = wait::until("the letter to be recorded", PATIENCE, async || {
            for item in list(&get(product, &listed).await?["items"]) {
                let id = text(&item["id"]).to_owned();
                let detail = get(product, &format!("/admin/dead-letters/{id}")).await?;
                if text(&detail["payload"]["text"]).as_bytes() == value {
                    return Ok(Some(id));
                }
            }
            Ok(None)
        });
        let id = id.await?;
        Ok(Self { id, value })
    }

    pub(crate) async fn detail(&self, product: &Product) -> Result<Value> {
        get(product, &format!("/admin/dead-letters/{}", self.id)).await
    }

    async fn replay(&self, product: &Product) -> Result<Value> {
        let report = post(product, "replay", &json!({"ids": [self.id]})).await?;
        let report = report.expect(200)?;
        ensure!(report["results"][0]["id"] == self.id, "{report}");
        Ok(report["results"][0]["outcome"].clone())
    }

    async fn drop(&self, product: &Product, reason: &str) -> Result<Answer> {
        let path = format!("{}/drop", self.id);
        post(product, &path, &json!({ "reason": reason })).await
    }

    /// Waits until it waits again after a replay, and this is what has become of it.
    async fn comes_back(&self, product: &Product, expected: &[&str]) -> Result<Value> {
        let mut last = Value::Null;
        let back = wait::until("the letter to come back", PATIENCE, async || {
            last = self.detail(product).await?;
            Ok((last["state"] == "waiting").then_some(()))
        });
        back.await.with_context(|| last.to_string())?;
        if history(&last) != expected {
            let what = format!("the history of a letter, {:?},", history(&last));
            return Err(Violation::Altered(what).into());
        }
        Ok(last)
    }
}

/// An event that is none, under an id of its own.
fn spoiled(good: &Value) -> Vec<u8> {
    let mut cloud = good.clone();
    cloud["id"] = Uuid::now_v7().to_string().into();
    cloud["data"]["seq"] = 0.into();
    cloud.to_string().into_bytes()
}

fn history(detail: &Value) -> Vec<&str> {
    let facts = list(&detail["history"]).iter();
    facts.map(|fact| text(&fact["what"])).collect()
}

async fn get(product: &Product, path: &str) -> Result<Value> {
    send(product.as_admin(Method::GET, path)?)
        .await?
        .expect(200)
}

/// Below `/admin/dead-letters`.
async fn post(product: &Product, path: &str, body: &Value) -> Result<Answer> {
    let path = format!("/admin/dead-letters/{path}");
    send(product.as_admin(Method::POST, &path)?.json(body)).await
}

pub(crate) async fn fails_again(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let letter = Letter::write(product, &owner).await?;
    let detail = letter.detail(product).await?;
    ensure!(detail["state"] == "waiting" && detail["topic"] == "tasks.events");
    // Whichever of those who listen refused it first.
    ensure!(
        text(&detail["handler"]).starts_with("taskflow-"),
        "{detail}"
    );
    ensure!(text(&detail["cause"]).contains("seq"), "{detail}");
    ensure!(history(&detail) == ["failed"], "{detail}");

    for round in 1..=2 {
        ensure!(letter.replay(product).await? == "replayed");
        let expected = ["failed", "replayed", "failed", "replayed", "failed"];
        let detail = letter.comes_back(product, &expected[..=2 * round]).await?;
        ensure!(detail["history"][1]["by"] == product.admin.to_string());
        ensure!(
            text(&detail["history"][2]["why"]).contains("seq"),
            "{detail}"
        );
    }
    let listed = format!("/admin/dead-letters?user_id={}", owner.user);
    ensure!(list(&get(product, &listed).await?["items"]).len() == 1);

    let records = read_all(&product.brokers()?, Topic::Tasks).await?;
    let copies: Vec<_> = records
        .iter()
        .filter(|record| record.value == letter.value)
        .collect();
    ensure!(copies.len() == 3, "{} copies", copies.len());
    let key = Some(owner.user.to_string());
    ensure!(copies.iter().all(|copy| copy.key == key));
    Ok(())
}

/// As when a handler could not take an event for a time: the event itself is good.
async fn taken(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut socket = product.socket(&owner, Some(0)).await?;
    let task = json!({"title": "Taken"});
    owner.post("/tasks", &task).await?.expect(201)?;
    let (_, records) = own_records(product, &owner, 1).await?;
    let good = records.first().context("no record")?;
    let dead = TopicLog::open(&product.brokers()?, Topic::Tasks.dead_letter_name()).await?;
    dead.write(good.partition, good.key.as_deref(), &good.value)
        .await?;
    let letter = Letter::recorded(product, &owner, good.value.clone()).await?;
    ensure!(letter.detail(product).await?["event_type"] == "task.created");

    ensure!(letter.replay(product).await? == "replayed");
    owner.post("/tasks", &task).await?.expect(201)?;
    let heard = everything(&mut socket, 3).await?;
    heard_exactly(product, owner.user, 0, &heard).await?;
    let (_, records) = own_records(product, &owner, 3).await?;
    ensure!(records[0].value == records[1].value && records[2].value != records[1].value);

    let detail = letter.detail(product).await?;
    ensure!(detail["state"] == "replayed", "{detail}");
    ensure!(history(&detail) == ["failed", "replayed"], "{detail}");
    ensure!(letter.replay(product).await? == "not_waiting");
    letter
        .drop(product, "late")
        .await?
        .problem(409, "conflict")?;
    ensure!(letter.detail(product).await? == detail);
    Ok(())
}

async fn bytes(product: &Product) -> Result<()> {
    // A length by which it is found again: nothing else is known of such a letter.
    const LENGTH: usize = 4_320;
    let topic = TopicLog::open(&product.brokers()?, Topic::Tasks.name()).await?;
    let mut value = Uuid::new_v4().as_bytes().to_vec();
    value.resize(LENGTH, 0xff);
    topic.write(3, None, &value).await?;
    let found = wait::until("the letter", PATIENCE, async || {
        let page = get(product, "/admin/dead-letters?limit=200").await?;
        let found = list(&page["items"])
            .iter()
            .find(|item| item["bytes"] == LENGTH);
        Ok(found.map(|item| text(&item["id"]).to_owned()))
    });
    let id = found.await?;
    let letter = Letter { id, value };
    let detail = letter.detail(product).await?;
    let payload = text(&detail["payload"]["base64"]);
    ensure!(payload.ends_with("////"), "{payload}");
    ensure!(detail["user_id"].is_null() && detail["event_type"].is_null());
    ensure!(letter.replay(product).await? == "replayed");
    letter
        .comes_back(product, &["failed", "replayed", "failed"])
        .await?;
    ensure!(letter.detail(product).await?["payload"] == detail["payload"]);
    Ok(())
}

async fn dropped(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let letter = Letter::write(product, &owner).await?;
    for reason in ["", " \n", &"x".repeat(501), "a\0b"] {
        letter.drop(product, reason).await?.invalid("reason")?;
    }
    ensure!(letter.detail(product).await?["state"] == "waiting");
    letter.drop(product, "It was a test").await?.expect(204)?;
    let detail = letter.detail(product).await?;
    ensure!(detail["state"] == "dropped", "{detail}");
    let fact = &detail["history"][1];
    ensure!(
        fact["what"] == "dropped" && fact["why"] == "It was a test",
        "{detail}"
    );
    ensure!(fact["by"] == product.admin.to_string(), "{detail}");
    letter
        .drop(product, "again")
        .await?
        .problem(409, "conflict")?;
    ensure!(letter.replay(product).await? == "not_waiting");
    ensure!(letter.detail(product).await? == detail);

    // It goes with its owner's account.
    product.database.delete_user(owner.user).await?;
    let path = format!("/admin/dead-letters/{}", letter.id);
    let gone = send(product.as_admin(Method::GET, &path)?).await?;
    gone.problem(404, "not_found")?;
    Ok(())
}

/// On a topic where no other trial has letters.
async fn all(product: &Product) -> Result<()> {
    const TOPIC: Topic = Topic::Users;
    let owner = product.sign_up().await?;
    let key = owner.user.to_string();
    let mut topic = TopicLog::open(&product.brokers()?, TOPIC.name()).await?;
    let good = wait::until("the account on its topic", PATIENCE, async || {
        let records = topic.read().await?;
        let own = |key: &String| *key == owner.user.to_string();
        Ok(records
            .into_iter()
            .find(|record| record.key.as_ref().is_some_and(own)))
    });
    let good = good.await?;
    let mut letters = Vec::new();
    for _ in 0..3 {
        let value = spoiled(&good.cloud_event()?);
        topic.write(good.partition, Some(&key), &value).await?;
        letters.push(Letter::recorded(product, &owner, value).await?);
    }

    let mut seen = Vec::new();
    let mut path = "/admin/dead-letters?topic=users.events&state=waiting&limit=2".to_owned();
    loop {
        let page = get(product, &path).await?;
        let items = list(&page["items"]);
        ensure!(items.len() <= 2);
        seen.extend(items.iter().map(|item| text(&item["id"]).to_owned()));
        match page["next_cursor"].as_str() {
            Some(cursor) => {
                path = format!(
                    "/admin/dead-letters?topic=users.events&state=waiting&limit=2&cursor={cursor}"
                );
            }
            None => break,
        }
    }
    let newest_first: Vec<_> = letters
        .iter()
        .rev()
        .map(|letter| letter.id.clone())
        .collect();
    ensure!(seen == newest_first, "{seen:?}");

    let everyone = json!({"all": true, "topic": TOPIC.name()});
    let report = post(product, "replay", &everyone).await?.expect(200)?;
    let results = list(&report["results"]).iter();
    let replayed: Vec<_> = results
        .map(|result| (text(&result["id"]), text(&result["outcome"])))
        .collect();
    let expected = letters.iter().map(|letter| (&*letter.id, "replayed"));
    ensure!(replayed == expected.collect::<Vec<_>>(), "{report}");
    for letter in &letters {
        letter
            .comes_back(product, &["failed", "replayed", "failed"])
            .await?;
    }
    Ok(())
}

async fn invalid(product: &Product) -> Result<()> {
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("topic=nonsense", "topic"),
        ("topic=tasks.events.dlq", "topic"),
        ("state=gone", "state"),
        ("user_id=me", "user_id"),
        ("cursor=1", "cursor"),
        ("event_type=a%00b", "event_type"),
        ("more=1", "more"),
    ] {
        let path = format!("/admin/dead-letters?{query}");
        let answer = send(product.as_admin(Method::GET, &path)?).await?;
        answer.invalid(field).with_context(|| query)?;
    }
    let many: Vec<Uuid> = (0..201).map(|_| Uuid::now_v7()).collect();
    let id = Uuid::now_v7();
    for (body, field) in [
        (json!({}), "ids"),
        (json!({"all": false}), "ids"),
        (json!({"ids": []}), "ids"),
        (json!({"ids": many}), "ids"),
        (json!({"ids": ["x"]}), "ids[0]"),
        (json!({"ids": [id], "all": true}), "all"),
        (json!({"ids": [id], "topic": "tasks.events"}), "topic"),
        (json!({"all": true, "topic": "nonsense"}), "topic"),
        (json!({"all": true, "user": id}), "user"),
    ] {
        let answer = post(product, "replay", &body).await?;
        answer.invalid(field).with_context(|| body.to_string())?;
    }
    let unknown = post(product, "replay", &json!({"ids": [id]})).await?;
    ensure!(unknown.expect(200)?["results"][0]["outcome"] == "not_found");
    for id in [id.to_string(), "x".to_owned(), "%00".to_owned()] {
        let path = format!("/admin/dead-letters/{id}");
        let answer = send(product.as_admin(Method::GET, &path)?).await?;
        answer.problem(404, "not_found")?;
        let reason = json!({"reason": "x"});
        let answer = post(product, &format!("{id}/drop"), &reason).await?;
        answer.problem(404, "not_found")?;
    }
    Ok(())
}
