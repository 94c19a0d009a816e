//! 24 writers on 40 hot tasks: the topic holds exactly the log, row by row, in order.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use events::Topic;
use futures::{StreamExt, future::try_join_all, stream::FuturesUnordered};
use libtest_mimic::Trial;
use rand::RngExt;
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use testing::{Answer, Client, kafka, send, wait};
use uuid::Uuid;

use crate::isolation::everything;
use crate::relay;
use crate::stage::{Product, Stage};
use crate::violation::{heard_exactly, in_order, published};

const PEOPLE: usize = 4;
const TASKS_EACH: usize = 10;
const WRITERS: usize = 24;
const CHANGES_EACH: usize = 30;

/// How long one write may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long a backlog may take. What a relay has passed over does not leave at all.
const DRAINED: Duration = Duration::from_secs(30);

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "writers: 24 on 40 hot tasks, nothing missed, nothing out of order",
            hot_tasks,
        ),
        stage.shared(
            "writers: one whose writes are slow and many holds up nobody else",
            flood,
        ),
    ]
}

/// Writes of one user that are let in at a time, and that may wait.
const LET_IN: usize = 66;

/// More connections than the backend has to the database, and more than may wait.
const FLOOD: usize = 80;

async fn flood(product: &Product) -> Result<()> {
    let (slow, other) = (product.sign_up().await?, product.sign_up().await?);
    let lock = product.database.lock_writes(slow.user).await?;
    let task = json!({"title": "Slow"});
    let writes = (0..FLOOD).map(|_| slow.post("/tasks", &task));
    let mut answers: FuturesUnordered<_> = writes.collect();
    // The others wait now, and two of them hold a connection.
    for _ in LET_IN..FLOOD {
        let answer = answers.next().await.context("no answer")??;
        answer.problem(429, "too_many_requests")?;
        answer.header("retry-after")?;
    }
    for _ in 0..20 {
        other.get("/tasks").await?.expect(200)?;
        other
            .post("/tasks", &json!({"title": "Quick"}))
            .await?
            .expect(201)?;
    }
    lock.release().await?;
    while let Some(answer) = answers.next().await {
        answer?.expect(201)?;
    }
    Ok(())
}

struct Desk {
    owner: Client,
    /// Paths of the tasks.
    tasks: Vec<String>,
}

pub(crate) async fn hot_tasks(product: &Product) -> Result<()> {
    let mut desks = Vec::new();
    for _ in 0..PEOPLE {
        let owner = product.sign_up().await?;
        let tasks = try_join_all((0..TASKS_EACH).map(|_| create(&owner))).await?;
        desks.push(Desk { owner, tasks });
    }
    let writers = (0..WRITERS).map(|_| write(&desks));
    try_join_all(writers).await?;

    let users: Vec<_> = desks.iter().map(|desk| desk.owner.user).collect();
    // Not an error yet: the comparison says what is missing.
    let _ = product.drained(&users, DRAINED).await;
    let log = product.database.log(&users).await?;
    let mut records = kafka::read_all(&product.brokers()?, Topic::Tasks).await?;
    let tasks: Vec<_> = log
        .iter()
        .filter(|row| row.topic == Topic::Tasks.name())
        .cloned()
        .collect();
    published(&records, &tasks)?;
    in_order(&records, &tasks)?;
    records.retain(|record| {
        users
            .iter()
            .any(|user| record.key == Some(user.to_string()))
    });
    anyhow::ensure!(
        records.len() == tasks.len(),
        "more on the topic than in the log"
    );

    for desk in &desks {
        let last = product.database.head(desk.owner.user).await?;
        let mut socket = product.socket(&desk.owner, Some(1)).await?;
        let heard = everything(&mut socket, last).await?;
        heard_exactly(product, desk.owner.user, 1, &heard).await?;
    }
    // Whether ids become visible in another order than they were drawn was luck so far.
    relay::late(product).await
}

/// Changes tasks at random, each request with a key: that takes part in the transaction first,
/// so the order of the transactions' ids is not the order of the changes.
async fn write(desks: &[Desk]) -> Result<()> {
    for number in 0..CHANGES_EACH {
        let (desk, task) = {
            let mut rng = rand::rng();
            (rng.random_range(0..PEOPLE), rng.random_range(0..TASKS_EACH))
        };
        let Desk { owner, tasks } = &desks[desk];
        let place = &tasks[task];
        let (place, body) = match number % 3 {
            0 => (
                format!("{place}/complete"),
                json!({"completed": number % 2 == 0}),
            ),
            _ => (
                place.clone(),
                json!({"title": Uuid::new_v4(), "position": number}),
            ),
        };
        let answer = insist(owner.request(Method::PATCH, &place).json(&body)).await?;
        answer.expect(200).context(place)?;
    }
    Ok(())
}

async fn create(owner: &Client) -> Result<String> {
    let request = owner.request(Method::POST, "/tasks");
    let task = insist(request.json(&json!({"title": "Hot"})))
        .await?
        .expect(201)?;
    Ok(format!("/tasks/{}", task["id"].as_str().context("no id")?))
}

/// Sends a write until it is carried out or refused: on a busy machine so many of them make
/// the database a busy one, and a client then tries again.
async fn insist(request: RequestBuilder) -> Result<Answer> {
    let request = request.header("idempotency-key", Uuid::new_v4().to_string());
    wait::until("a write to be carried out", PATIENCE, async || {
        let again = request.try_clone().context("not to be sent again")?;
        let answer = send(again).await?;
        Ok((!matches!(answer.status, 409 | 503)).then_some(answer))
    })
    .await
}
