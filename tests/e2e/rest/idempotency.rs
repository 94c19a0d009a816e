//! `Idempotency-Key`: a request that is sent again changes nothing more.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use testing::{Answer, Client, send};

use super::steps::{add, list, path, titles};
use crate::routes::{self, Home, Row};
use crate::stage::{Product, Stage};
use crate::violation::Violation;

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared(
            "rest: the same key gets the same answer, headers too",
            replayed,
        ),
        stage.shared("rest: every kind of write can be sent again", every_write),
        stage.shared("rest: a key is bound to its request", bound),
        stage.shared("rest: a refused request does not use its key up", refused),
        stage.shared("rest: 20 at once with the same key are one write", at_once),
        stage.shared("rest: a malformed key is refused", malformed),
    ]
}

async fn keyed(
    client: &Client,
    method: Method,
    path: &str,
    key: &str,
    body: &Value,
) -> Result<Answer> {
    let request = client.request(method, path).header("idempotency-key", key);
    send(request.json(body)).await
}

/// Equal but for what names the request itself.
fn same_answer(one: &Answer, other: &Answer) -> Result<()> {
    let lasting = |answer: &Answer| {
        let mut headers = answer.headers.clone();
        headers.remove("date");
        headers.remove("x-correlation-id");
        headers
    };
    if one.status == other.status && one.body == other.body && lasting(one) == lasting(other) {
        return Ok(());
    }
    let what = format!("a request that was sent again ({one:?}, {other:?})");
    Err(Violation::Redone(what).into())
}

pub(crate) async fn replayed(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    let body = json!({"title": "once", "tags": ["x"]});
    let post = |client| keyed(client, Method::POST, "/tasks", "key-1", &body);
    let first = post(&owner).await?;
    let task = first.expect(201)?;
    for header in ["etag", "location", "x-change-set-id", "content-type"] {
        first.header(header)?;
    }
    // What happens to the task afterwards does not change the answer.
    owner.delete(&path(&task)).await?.expect(204)?;
    let head = product.database.head(owner.user).await?;
    let again = post(&owner).await?;
    same_answer(&first, &again)?;
    ensure!(again.header("x-correlation-id")? != first.header("x-correlation-id")?);
    ensure!(product.database.head(owner.user).await? == head);
    ensure!(product.database.tasks_titled(owner.user, "once").await? == 1);

    let theirs = post(&other).await?.expect(201)?;
    ensure!(theirs["id"] != task["id"]);
    Ok(())
}

/// Writes that take no key, and why.
const WITHOUT_KEY: &[(&str, &str)] = &[
    (
        "POST /ws-ticket",
        "the answer is a secret, and ends by itself",
    ),
    ("POST /tokens", "the answer is a secret"),
    ("DELETE /tokens/{id}", "sent again, it changes nothing more"),
    ("POST /webhooks", "the answer is a secret"),
    ("PATCH /webhooks/{id}", "the answer may be a secret"),
    ("POST /recurrence/preview", "nothing is written"),
    ("DELETE /account", "nobody could ask again"),
];

/// Every route that writes, as the server's own document names them.
async fn every_write(product: &Product) -> Result<()> {
    let url = format!("{}/openapi.json", product.backend);
    let document = send(product.http().get(url)).await?.expect(200)?;
    let home = Home::furnish(product).await?;
    let owner = &home.owner;
    let writes = routes::rows();
    let writes = writes.iter().filter(|row| row.method != Method::GET);
    for (number, row) in writes.enumerate() {
        let route = row.route();
        let exempt = WITHOUT_KEY.iter().find(|(exempt, _)| *exempt == route);
        ensure!(
            takes_key(&document, row) == exempt.is_none(),
            "{route}: {exempt:?}"
        );
        // What is refused here is asked rightly below.
        if exempt.is_some() || row.status >= 400 {
            continue;
        }
        let key = format!("write-{number}");
        let path = home.path(row);
        let ask = || send(routes::request(owner, row, &path).header("idempotency-key", &key));
        let first = ask().await?;
        routes::expect("the owner", row, &first, row.status)?;
        is_answered_again(product, owner, &first, &ask().await?)
            .await
            .with_context(|| route.clone())?;
        // Whatever it has changed: the key is not to be had any more.
        let other = json!({"title": "other"});
        let other = keyed(owner, Method::POST, "/tasks", &key, &other).await?;
        other
            .invalid("Idempotency-Key")
            .with_context(|| route.clone())?;
    }

    let task = owner.post("/tasks", &json!({"title": "task"})).await?;
    let change_set = json!({"change_set_id": task.header("x-change-set-id")?});
    let undo = || keyed(owner, Method::POST, "/undo", "undo", &change_set);
    let first = undo().await?;
    first.expect(200)?;
    is_answered_again(product, owner, &first, &undo().await?).await?;
    let table = || {
        let request = owner.request(Method::POST, "/import?format=csv");
        send(
            request
                .header("idempotency-key", "table")
                .body("title\nRow\n"),
        )
    };
    let first = table().await?;
    first.expect(200)?;
    is_answered_again(product, owner, &first, &table().await?).await?;
    // Without a body a completion toggles; sent again it does not toggle back.
    let task = add(owner, &json!({"title": "toggled"})).await?;
    let place = format!("{}/complete", path(&task));
    let toggle = || {
        let request = owner.request(Method::PATCH, &place);
        send(request.header("idempotency-key", "toggle"))
    };
    let first = toggle().await?;
    is_answered_again(product, owner, &first, &toggle().await?).await
}

fn takes_key(document: &Value, row: &Row) -> bool {
    let route = row.route();
    let (method, path) = route.split_once(' ').unwrap_or_default();
    let operation =
        &document["paths"][format!("/api/{{user_id}}{path}")][method.to_ascii_lowercase()];
    let mut parameters = list(&operation["parameters"]).iter();
    parameters.any(|parameter| parameter["name"] == "Idempotency-Key")
}

/// The same answer, and not an event more.
async fn is_answered_again(
    product: &Product,
    owner: &Client,
    first: &Answer,
    again: &Answer,
) -> Result<()> {
    same_answer(first, again)?;
    let correlation_id = again.header("x-correlation-id")?;
    let log = product.database.log(&[owner.user]).await?;
    ensure!(
        log.iter().all(|row| row.correlation_id != correlation_id),
        "it wrote again"
    );
    Ok(())
}

async fn bound(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let body = json!({"title": "first"});
    let first = keyed(&owner, Method::POST, "/tasks", "bound", &body).await?;
    let task = path(&first.expect(201)?);
    let other = json!({"title": "second"});
    let before = product.database.fingerprint(owner.user).await?;
    for (method, path, body) in [
        (Method::POST, "/tasks", &other),
        (Method::POST, "/projects", &json!({"name": "first"})),
        (Method::PATCH, &task, &body),
        (Method::PUT, &task, &body),
        (Method::DELETE, &task, &body),
    ] {
        let answer = keyed(&owner, method, path, "bound", body).await?;
        answer.invalid("Idempotency-Key")?;
    }
    ensure!(product.database.fingerprint(owner.user).await? == before);
    Ok(())
}

async fn refused(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let wrong = json!({"title": " "});
    let answer = keyed(&owner, Method::POST, "/tasks", "retry", &wrong).await?;
    answer.invalid("title")?;
    let right = json!({"title": "right"});
    let answer = keyed(&owner, Method::POST, "/tasks", "retry", &right).await?;
    answer.expect(201)?;
    Ok(())
}

async fn at_once(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let body = json!({"title": "at once"});
    let requests = (0..20).map(|_| keyed(&owner, Method::POST, "/tasks", "at-once", &body));
    let answers = try_join_all(requests).await?;
    let (created, others): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status == 201);
    let first = created.first().context("none of them created the task")?;
    for answer in &created {
        same_answer(first, answer)?;
    }
    for answer in others {
        answer.problem(409, "key_held")?;
    }
    ensure!(titles(&owner, &[]).await? == ["at once"]);
    same_answer(
        first,
        &keyed(&owner, Method::POST, "/tasks", "at-once", &body).await?,
    )
}

async fn malformed(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let body = json!({"title": "keyed"});
    for key in ["", " ", "two words", "tab\tbed", "ü", &"x".repeat(256)] {
        let answer = keyed(&owner, Method::POST, "/tasks", key, &body).await?;
        answer
            .invalid("Idempotency-Key")
            .with_context(|| format!("{key:?}"))?;
    }
    let twice = owner.request(Method::POST, "/tasks").json(&body);
    let twice = twice
        .header("idempotency-key", "a")
        .header("idempotency-key", "b");
    send(twice).await?.invalid("Idempotency-Key")?;
    let longest = keyed(&owner, Method::POST, "/tasks", &"x".repeat(255), &body).await?;
    longest.expect(201)?;
    Ok(())
}
