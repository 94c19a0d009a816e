//! A task created over REST reaches the browser, through a real sidecar and a real broker.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use events::{Event, Payload, Topic};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use testing::kafka::{Record, TopicLog};
use testing::{send, wait};

use crate::stage::{Product, Stage};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CORRELATION: &str = "spine:a-test.1";

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("spine: a created task is told on the socket", socket),
        stage.shared(
            "spine: a created task is told on the event stream",
            event_stream,
        ),
        stage.shared("spine: the topic holds the whole envelope", topic),
    ]
}

async fn socket(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut socket = product.socket(&owner, None).await?;
    let (cursor, recovered) = socket.ready().await?;
    ensure!(recovered);

    let body = json!({"title": "unspoken-title", "description": "unspoken-text", "tags": ["unspoken-tag"]});
    let answer = owner.post("/tasks", &body).await?;
    let task = answer.expect(201)?;

    let of_tag = socket.hear_text().await?;
    let text = socket.hear_text().await?;
    let told: Value = serde_json::from_str(&text)?;
    ensure!(told["type"] == "task.created", "{told}");
    ensure!(told["data"]["task_id"] == task["id"], "{told}");
    ensure!(
        told["data"]["version"] == 1 && told["data"]["seq"] == cursor + 2,
        "{told}"
    );
    ensure!(
        told["data"]["correlation_id"] == answer.header("x-correlation-id")?,
        "{told}"
    );
    ensure!(told["timestamp"] == task["created_at"], "{told}");
    ensure!(
        !text.contains("unspoken") && !of_tag.contains("unspoken"),
        "the socket carries text of the task: {of_tag} {text}"
    );
    Ok(())
}

async fn event_stream(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut stream = product.event_stream(&owner, None).await?;
    let ready = stream.next().await?;
    ensure!(ready.event == "ready" && ready.id == "1", "{ready:?}");

    let answer = owner
        .post("/tasks", &json!({"title": "unspoken-title"}))
        .await?;
    let task = answer.expect(201)?;

    let event = stream.next().await?;
    let notice = event.notice()?;
    ensure!(
        event.event == "task.created" && event.id == "2",
        "{event:?}"
    );
    ensure!(task["id"] == notice.data.task_id.to_string(), "{event:?}");
    ensure!(notice.data.correlation_id == answer.header("x-correlation-id")?);
    ensure!(!event.data.contains("unspoken"), "{event:?}");

    // A browser that comes back says what it had.
    let mut again = product.event_stream(&owner, Some(1)).await?;
    ensure!(again.next().await? == event);
    Ok(())
}

async fn topic(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let request = owner
        .request(Method::POST, "/tasks")
        .header("x-correlation-id", CORRELATION)
        .header("traceparent", format!("00-{TRACE}-b7ad6b7169203331-01"))
        .json(&json!({"title": "Water the plants", "priority": "high", "due_date": "2027-01-02"}));
    let answer = send(request).await?;
    let task = answer.expect(201)?;
    ensure!(answer.header("x-correlation-id")? == CORRELATION);

    let record = find(product, Topic::Tasks, &owner.user.to_string()).await?;
    ensure!(
        record.key == Some(owner.user.to_string()),
        "{:?}",
        record.key
    );
    let cloud = record.cloud_event()?;
    let row = &product.database.log(&[owner.user]).await?[1];
    ensure!(
        cloud["specversion"] == "1.0" && cloud["source"] == "taskflow-backend",
        "{cloud}"
    );
    ensure!(
        cloud["id"] == row.event_id.to_string() && cloud["type"] == "task.created",
        "{cloud}"
    );
    let traceparent = cloud["traceparent"].as_str().context("no traceparent")?;
    ensure!(
        traceparent.split('-').nth(1) == Some(TRACE),
        "another trace: {traceparent}"
    );

    let fields: Vec<_> = cloud["data"]
        .as_object()
        .context("no data")?
        .keys()
        .collect();
    let envelope = [
        "actor",
        "aggregate_id",
        "change_set_id",
        "correlation_id",
        "data",
        "event_id",
        "event_type",
        "schema",
        "seq",
        "timestamp",
        "user_id",
        "version",
    ];
    ensure!(fields == envelope, "{fields:?}");
    let event = record.event()?;
    ensure!(event.id.0 == row.event_id && event.user_id == owner.user);
    ensure!(task["id"] == event.aggregate_id.to_string());
    ensure!((event.version, event.seq, event.schema) == (1, 2, events::SCHEMA));
    ensure!(event.correlation_id == CORRELATION && event.actor == events::Actor::User);
    ensure!(event.change_set_id.to_string() == answer.header("x-change-set-id")?);
    ensure!(task["created_at"] == event.timestamp.to_string());
    carries(&event, &task)?;

    let account = find(product, Topic::Users, &owner.user.to_string()).await?;
    ensure!(account.event()?.payload.event_type() == "user.created");
    Ok(())
}

fn carries(event: &Event, task: &Value) -> Result<()> {
    let Payload::TaskCreated(state) = &event.payload else {
        anyhow::bail!("{event:?}");
    };
    ensure!(task["title"] == state.title && task["description"] == state.description);
    ensure!(task["priority"] == "high" && state.priority == events::Priority::High);
    ensure!(task["due"] == serde_json::to_value(&state.due)?);
    ensure!(task["due_at"] == serde_json::to_value(state.due_at)?);
    Ok(())
}

/// The first record with this key.
async fn find(product: &Product, topic: Topic, key: &str) -> Result<Record> {
    let mut log = TopicLog::open(&product.brokers()?, topic.name()).await?;
    wait::until(
        "the event on the topic",
        Duration::from_secs(20),
        async || {
            let records = log.read().await?;
            Ok(records
                .into_iter()
                .find(|record| record.key.as_deref() == Some(key)))
        },
    )
    .await
}
