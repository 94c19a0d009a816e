//! `Idempotency-Key`: a request that is sent again changes nothing more.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use testing::{Answer, Client, send};

use super::steps::{add, path, titles};
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

async fn every_write(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "task", "tags": ["a", "b"]})).await?;
    let project = owner.post("/projects", &json!({"name": "Home"})).await?;
    let project = project
        .header("location")?
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_owned();
    let (task, project) = (path(&task), format!("/projects/{project}"));
    let create = json!({"op": "create", "task": {"title": "batched"}});
    let writes = [
        (
            Method::PUT,
            task.clone(),
            json!({"title": "put", "tags": ["a", "b"]}),
        ),
        (Method::PATCH, task.clone(), json!({"title": "patched"})),
        (
            Method::PATCH,
            format!("{task}/complete"),
            json!({"completed": true}),
        ),
        (Method::DELETE, task.clone(), Value::Null),
        (Method::POST, format!("{task}/restore"), Value::Null),
        (
            Method::POST,
            "/tasks/batch".to_owned(),
            json!({ "operations": [create] }),
        ),
        (
            Method::POST,
            "/projects".to_owned(),
            json!({"name": "Work"}),
        ),
        (Method::PATCH, project.clone(), json!({"name": "House"})),
        (Method::DELETE, project, Value::Null),
        (Method::PATCH, "/tags/a".to_owned(), json!({"name": "c"})),
        (Method::DELETE, "/tags/b".to_owned(), Value::Null),
        (
            Method::PATCH,
            "/profile".to_owned(),
            json!({"time_zone": "Asia/Tokyo"}),
        ),
    ];
    for (n, (method, path, body)) in writes.into_iter().enumerate() {
        let key = format!("write-{n}");
        let context = || format!("{method} {path}");
        let first = keyed(&owner, method.clone(), &path, &key, &body).await?;
        ensure!(
            (200..300).contains(&first.status),
            "{}: {first:?}",
            context()
        );
        let before = product.database.fingerprint(owner.user).await?;
        let again = keyed(&owner, method.clone(), &path, &key, &body).await?;
        same_answer(&first, &again).with_context(context)?;
        ensure!(
            product.database.fingerprint(owner.user).await? == before,
            "{}",
            context()
        );
    }
    // Without a body a completion toggles; sent again it does not toggle back.
    let toggle = || {
        let request = owner.request(Method::PATCH, &format!("{task}/complete"));
        send(request.header("idempotency-key", "toggle"))
    };
    let first = toggle().await?;
    same_answer(&first, &toggle().await?)
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
        answer.problem(409, "conflict")?;
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
