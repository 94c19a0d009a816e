//! The topic is deleted, and comes back from the log: every event once and in order, and whoever
//! listens ends where they were.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use events::{Topic, UserId};
use futures::future::try_join_all;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use testing::database::LogRow;
use testing::kafka::{self, Record, TopicLog};
use testing::{Client, wait};
use xtask::progress::Progress;

use crate::isolation::everything;
use crate::stage::{Product, Stage};
use crate::violation::{heard_exactly, in_order, published};

const PATIENCE: Duration = Duration::from_secs(30);

/// Changes of each person, by the hundred.
const HUNDREDS: usize = 4;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.alone(
            "replay: a deleted topic holds every event again, and nobody hears one twice",
            deleted_topic,
        ),
        stage.alone(
            "replay: killed in the middle and run again, nothing is missing",
            killed,
        ),
        stage.alone("replay: only what is missing is published", only_missing),
        stage.shared("replay: what selects nothing is refused", refused),
    ]
}

async fn deleted_topic(product: &Product) -> Result<()> {
    let people = People::at_work(product).await?;
    let mut tabs = Vec::new();
    for (number, person) in people.clients.iter().enumerate() {
        let mut tab = product.tab(person, number, Some(0)).await?;
        let last = product.database.head(person.user).await?;
        let heard = everything(&mut tab, last).await?;
        tabs.push((person, tab, heard));
    }

    lose_topic(product).await?;
    // From here on everything that is published comes to the tabs.
    product.delivers().await?;
    replay(product, &["--rate", "0"]).await?;
    people.are_on_the_topic(product, true).await?;
    // Nothing of anybody else's is missing either.
    ensure!(replay(product, &["--only-missing"]).await? == 0);

    for (person, tab, heard) in &mut tabs {
        person
            .post("/tasks", &json!({"title": "Afterwards"}))
            .await?
            .expect(201)?;
        let last = product.database.head(person.user).await?;
        heard.extend(everything(tab, last).await?);
        heard_exactly(product, person.user, 0, heard).await?;
        let mut again = product.socket(person, Some(0)).await?;
        let heard = everything(&mut again, last).await?;
        heard_exactly(product, person.user, 0, &heard).await?;
        streamed(product, person, last).await?;
    }
    Ok(())
}

/// Deletes the topic and creates it again. A sidecar that reads it by the bulk does not notice
/// that its offsets are gone, and has to be started again.
async fn lose_topic(product: &Product) -> Result<()> {
    kafka::recreate(&product.brokers()?, Topic::Tasks).await?;
    let apps = product.stack.apps().iter();
    for app in apps.filter(|app| app.name().starts_with("realtime")) {
        app.sidecar()?.restart().await?;
        app.ready(&Progress::hidden()).await?;
    }
    Ok(())
}

/// The stream of server-sent events, from the beginning to `head`.
async fn streamed(product: &Product, person: &Client, head: u64) -> Result<()> {
    let mut stream = product.event_stream(person, Some(0)).await?;
    for seq in 1..=head {
        let event = stream.next().await?;
        ensure!(event.id == seq.to_string(), "{event:?} instead of {seq}");
    }
    ensure!(stream.next().await?.event == "ready");
    Ok(())
}

pub(crate) async fn killed(product: &Product) -> Result<()> {
    let people = People::at_work(product).await?;
    lose_topic(product).await?;
    let count = people.log(product).await?.len();
    let from = ["--from", &people.began, "--rate"];
    let (slow, fast) = ([&from[..], &["100"]].concat(), [&from[..], &["0"]].concat());

    let mut first = command(product, &slow)?.stderr(Stdio::null()).spawn()?;
    let mut topic = TopicLog::open(&product.brokers()?, Topic::Tasks.name()).await?;
    let mut arrived = 0;
    wait::until("half of the events", PATIENCE, async || {
        arrived += topic.read().await?.len();
        Ok((arrived >= count / 2).then_some(()))
    })
    .await?;
    // Meanwhile the same is refused, and does no harm.
    ensure!(!command(product, &fast)?.output().await?.status.success());
    first.kill().await?;
    arrived += topic.read().await?.len();
    ensure!(arrived < count, "it was killed after its end");

    // It goes on, and counts what the first one published.
    let total = replay(product, &fast).await?;
    let records = people.are_on_the_topic(product, false).await?;
    ensure!(total == count, "{total} of {count}");
    let twice = records.len() - count;
    ensure!(twice <= 200, "{twice} events were published twice");
    // There is nothing to go on with any more.
    ensure!(replay(product, &[&fast[..], &["--only-missing"]].concat()).await? == 0);
    Ok(())
}

pub(crate) async fn only_missing(product: &Product) -> Result<()> {
    let people = People::at_work(product).await?;
    let since = ["--from", &people.began, "--only-missing", "--rate", "0"];
    ensure!(replay(product, &since).await? == 0);

    lose_topic(product).await?;
    let count = people.log(product).await?.len();
    let person = people.clients[0].user.to_string();
    // The first task, the second not, then many.
    let first = ["--user", &person, "--from-seq", "2", "--to-seq", "2"];
    ensure!(replay(product, &first).await? == 1);
    let some = ["--user", &person, "--from-seq", "4", "--to-seq", "103"];
    ensure!(replay(product, &some).await? == 100);
    let rest = replay(product, &since).await?;
    let records = people.are_on_the_topic(product, false).await?;
    ensure!(rest == count - 101, "{rest} of {count}");
    ensure!(records.len() == count, "{} records", records.len());
    ensure!(replay(product, &since).await? == 0);
    Ok(())
}

async fn refused(product: &Product) -> Result<()> {
    for args in [
        &["--from", "yesterday"][..],
        &[
            "--from",
            "2026-02-02T00:00:00Z",
            "--to",
            "2026-02-01T00:00:00Z",
        ],
        &["--from-seq", "1"],
        &["--user", "me"],
        &[
            "--user",
            "0190c0de-0000-7000-8000-000000000000",
            "--from-seq",
            "3",
            "--to-seq",
            "2",
        ],
        &["--rate", "-1"],
    ] {
        let output = command(product, args)?.output().await?;
        ensure!(!output.status.success(), "{args:?} was taken");
    }
    Ok(())
}

/// Several users with changes of many kinds.
struct People {
    clients: Vec<Client>,
    /// When the first of their tasks was made.
    began: String,
}

impl People {
    async fn at_work(product: &Product) -> Result<Self> {
        let mut clients = Vec::new();
        for _ in 0..3 {
            clients.push(product.sign_up().await?);
        }
        let task = json!({"title": "First"});
        let first = clients[0].post("/tasks", &task).await?.expect(201)?;
        let began = first["created_at"].as_str().context("no created_at")?;
        try_join_all(clients.iter().map(work)).await?;
        let users: Vec<UserId> = clients.iter().map(|client| client.user).collect();
        product.drained(&users, PATIENCE).await?;
        Ok(Self {
            began: began.to_owned(),
            clients,
        })
    }

    /// What they did, as far as it belongs on the topic.
    async fn log(&self, product: &Product) -> Result<Vec<LogRow>> {
        let users: Vec<UserId> = self.clients.iter().map(|client| client.user).collect();
        let mut log = product.database.log(&users).await?;
        log.retain(|row| row.topic == Topic::Tasks.name());
        Ok(log)
    }

    /// Their records on the topic, which are all of the log; `once` and in order, if so.
    async fn are_on_the_topic(&self, product: &Product, once: bool) -> Result<Vec<Record>> {
        let log = self.log(product).await?;
        let mut records = kafka::read_all(&product.brokers()?, Topic::Tasks).await?;
        let keys: Vec<_> = self.clients.iter().map(|it| it.user.to_string()).collect();
        records.retain(|record| record.key.as_ref().is_some_and(|key| keys.contains(key)));
        published(&records, &log)?;
        if once {
            in_order(&records, &log)?;
        }
        Ok(records)
    }
}

async fn work(person: &Client) -> Result<()> {
    let create = json!({"op": "create", "task": {"title": "Again", "tags": ["again"]}});
    for _ in 0..HUNDREDS {
        let batch: Vec<Value> = vec![create.clone(); 100];
        person
            .post("/tasks/batch", &json!({"operations": batch}))
            .await?
            .expect(200)?;
    }
    let task = person
        .post("/tasks", &json!({"title": "Changed"}))
        .await?
        .expect(201)?;
    let path = format!("/tasks/{}", task["id"].as_str().unwrap_or_default());
    let change = json!({"title": "Changed again", "due_date": "2027-01-02"});
    person.patch(&path, &change).await?.expect(200)?;
    person.delete(&path).await?.expect(204)?;
    Ok(())
}

fn command(product: &Product, args: &[&str]) -> Result<tokio::process::Command> {
    product.command(&[&["replay", "--topic", Topic::Tasks.name()], args].concat())
}

/// Runs it to its end: how many events it has published, by its own account.
async fn replay(product: &Product, args: &[&str]) -> Result<usize> {
    let output = command(product, args)?.output().await?;
    let said = String::from_utf8(output.stdout)?;
    let progress = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{said}{progress}");
    let count = said
        .lines()
        .find_map(|line| line.strip_suffix(" events published"));
    Ok(count.context(said.clone())?.parse()?)
}
