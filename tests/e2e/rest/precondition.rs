//! `If-Match`: whoever read an old version is told so.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use testing::{Answer, Client, send};

use super::steps::{add, get, path, same, text};
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("rest: a stale If-Match is told the current version", stale),
        stage.shared(
            "rest: a matching If-Match and * let the write through",
            matching,
        ),
        stage.shared("rest: an If-Match that is no ETag is refused", garbage),
        stage.shared(
            "rest: an If-Match on what has no version is refused",
            unversioned,
        ),
        stage.shared("rest: of two who read the same version one wins", race),
    ]
}

async fn send_if(owner: &Client, method: Method, path: &str, etag: &str) -> Result<Answer> {
    let body = match method {
        Method::PUT | Method::PATCH if path.ends_with("/complete") => json!({"completed": true}),
        Method::PUT | Method::PATCH => json!({"title": "changed", "description": etag}),
        _ => Value::Null,
    };
    send(
        owner
            .request(method, path)
            .header("if-match", etag)
            .json(&body),
    )
    .await
}

fn writes(task: &Value) -> [(Method, String); 5] {
    let path = path(task);
    [
        (Method::PATCH, path.clone()),
        (Method::PUT, path.clone()),
        (Method::PATCH, format!("{path}/complete")),
        (Method::POST, format!("{path}/restore")),
        (Method::DELETE, path),
    ]
}

async fn stale(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "task"})).await?;
    let changed = owner
        .patch(&path(&task), &json!({"title": "again"}))
        .await?;
    let changed = changed.expect(200)?;
    for (method, path) in writes(&task) {
        for etag in [
            "\"1\"",
            "\"3\"",
            "\"-1\"",
            "\"1\", \"3\"",
            "\"abc\"",
            "\"\"",
            "\"2.0\"",
            "\"02\"",
            "W/\"2\"",
        ] {
            let answer = send_if(&owner, method.clone(), &path, etag).await?;
            let problem = answer.problem(412, "stale_version")?;
            ensure!(problem["current_version"] == 2, "{problem}");
        }
    }
    same(&get(&owner, &task).await?, &changed)?;

    let project = owner.post("/projects", &json!({"name": "Home"})).await?;
    let path = format!("/projects/{}", text(&project.expect(201)?["id"]));
    for method in [Method::PATCH, Method::DELETE] {
        let request = owner.request(method, &path).header("if-match", "\"9\"");
        let answer = send(request.json(&json!({"name": "Other"}))).await?;
        let problem = answer.problem(412, "stale_version")?;
        ensure!(problem["current_version"] == 1, "{problem}");
    }
    Ok(())
}

async fn matching(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "task"})).await?;
    let mut etag = owner.get(&path(&task)).await?.header("etag")?.to_owned();
    for (method, path) in &writes(&task)[..4] {
        let answer = send_if(&owner, method.clone(), path, &etag).await?;
        answer
            .expect(200)
            .with_context(|| format!("{method} {path}"))?;
        answer.header("etag")?.clone_into(&mut etag);
    }
    let answer = send_if(&owner, Method::PATCH, &path(&task), "*").await?;
    ensure!(answer.expect(200)?["description"] == "*");
    let list = format!("\"999\" , {}", answer.header("etag")?);
    let answer = send_if(&owner, Method::PATCH, &path(&task), &list).await?;
    ensure!(answer.expect(200)?["description"] == list);
    let etag = answer.header("etag")?;
    let answer = send_if(&owner, Method::DELETE, &path(&task), etag).await?;
    answer.expect(204)?;
    Ok(())
}

async fn garbage(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "task"})).await?;
    for (method, path) in writes(&task) {
        for etag in [
            "1",
            "",
            "\"1",
            "\"1\" \"2\"",
            "\"1\",",
            "*, \"1\"",
            "\"a b\"",
        ] {
            let answer = send_if(&owner, method.clone(), &path, etag).await?;
            answer
                .invalid("If-Match")
                .with_context(|| etag.to_owned())?;
        }
    }
    same(&get(&owner, &task).await?, &task)
}

async fn unversioned(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    add(&owner, &json!({"title": "task", "tags": ["home"]})).await?;
    let before = product.database.fingerprint(owner.user).await?;
    for method in [Method::PATCH, Method::DELETE] {
        let request = owner
            .request(method, "/tags/home")
            .header("if-match", "\"1\"");
        send(request.json(&json!({"name": "away"})))
            .await?
            .invalid("If-Match")?;
    }
    ensure!(product.database.fingerprint(owner.user).await? == before);
    Ok(())
}

async fn race(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "task"})).await?;
    let path = path(&task);
    let writers = (0..8).map(|_| send_if(&owner, Method::PATCH, &path, "\"1\""));
    let answers = futures::future::try_join_all(writers).await?;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    let lost = answers.iter().filter(|answer| answer.status == 412).count();
    ensure!((won, lost) == (1, 7), "{won} won and {lost} lost");
    Ok(())
}
