//! A deleted account leaves no text behind, and nobody who had its keys gets in.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use testing::{Answer, Client, from_now, send, wait};
use uuid::Uuid;

use crate::rest::steps::{add, path, text};
use crate::stage::{Product, Stage};
use crate::violation::Violation;

/// Far below the minute for which a replica remembers who exists.
const AT_ONCE: Duration = Duration::from_secs(20);

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("account: nothing that was written remains", erased),
        stage.shared("account: it goes only when its address is given", confirmed),
        stage.shared(
            "account: its keys open nothing from that moment",
            locked_out,
        ),
        stage.alone(
            "account: a deletion that nobody heard of is found out",
            unheard,
        ),
    ]
}

async fn delete(owner: &Client, confirm: &Value) -> Result<Answer> {
    let request = owner.request(Method::DELETE, "/account");
    send(request.json(&json!({"confirm": confirm}))).await
}

async fn address(owner: &Client) -> Result<Value> {
    Ok(owner.get("/profile").await?.expect(200)?["email"].clone())
}

/// Writes a text wherever one can be written.
async fn write_everywhere(owner: &Client, word: &str) -> Result<()> {
    let project = json!({"name": word});
    let project = owner.post("/projects", &project).await?.expect(201)?;
    let task = json!({
        "title": word,
        "description": word,
        "tags": [word],
        "project_id": project["id"],
    });
    let keyed = owner.request(Method::POST, "/tasks");
    send(keyed.header("idempotency-key", word).json(&task))
        .await?
        .expect(201)?;
    let task = add(owner, &json!({"title": "x", "tags": ["x"]})).await?;
    let words = json!({"title": word, "description": word});
    owner.patch(&path(&task), &words).await?.expect(200)?;
    owner
        .patch("/tags/x", &json!({"name": format!("{word}2")}))
        .await?
        .expect(200)?;
    owner.delete(&path(&task)).await?.expect(204)?;
    let settings = json!({"settings": {word: word}});
    owner.patch("/profile", &settings).await?.expect(200)?;
    let token = json!({"name": word, "scope": "read", "expires_at": from_now(3600)});
    owner.post("/tokens", &token).await?.expect(201)?;
    send(owner.request(Method::POST, "/ws-ticket"))
        .await?
        .expect(201)?;
    let url = format!("https://hook.invalid/{word}");
    let webhook = json!({"url": url, "event_types": ["reminder.fired"]});
    owner.post("/webhooks", &webhook).await?.expect(201)?;
    let browser = json!({
        "endpoint": format!("https://push.invalid/{word}"),
        "keys": {"p256dh": "A".repeat(87), "auth": "A".repeat(22)},
    });
    owner
        .post("/push-subscriptions", &browser)
        .await?
        .expect(201)?;
    Ok(())
}

pub(crate) async fn erased(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    // One word of small letters and digits, so that an index of words would keep it whole.
    let word = format!("canary{}", Uuid::new_v4().simple());
    product.database.furnish_account(owner.user, &word).await?;
    write_everywhere(&owner, &word).await?;
    write_everywhere(&other, &format!("other{word}")).await?;
    let before = product.database.mentions(&word).await?;
    for place in [
        "auth.user.name",
        "auth.account.password",
        "auth.session.userAgent",
        "auth.verification.value",
        "taskflow.api_tokens.name",
        "taskflow.events.data",
        "taskflow.idempotency.body",
        "taskflow.profiles.settings",
        "taskflow.projects.name",
        "taskflow.push_subscriptions.endpoint",
        "taskflow.tags.name",
        "taskflow.tasks.search",
        "taskflow.webhooks.url",
    ] {
        ensure!(
            before.iter().any(|found| found == place),
            "{place} is not searched"
        );
    }
    let email = address(&owner).await?;
    let log = product.database.log(&[owner.user]).await?;
    let theirs = product.database.fingerprint(other.user).await?;

    delete(&owner, &email).await?.expect(204)?;
    ensure!(product.database.fingerprint(other.user).await? == theirs);
    let their_email = address(&other).await?;
    delete(&other, &their_email).await?.expect(204)?;
    for trace in [word.as_str(), text(&email), text(&their_email)] {
        let found = product.database.mentions(trace).await?;
        if !found.is_empty() {
            return Err(Violation::Remembered(found.join(", ")).into());
        }
    }
    let left = product.database.log(&[owner.user]).await?;
    ensure!(
        left.len() == log.len() + 1 && left.starts_with(&log),
        "{left:?}"
    );
    let last = left.last().context("no events")?;
    ensure!(last.event_type == "user.deleted", "{last:?}");
    Ok(())
}

async fn confirmed(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    let email = address(&owner).await?;
    let before = product.database.fingerprint(owner.user).await?;
    let theirs = address(&other).await?;
    let longer = json!(format!("x{}", text(&email)));
    for wrong in [
        theirs,
        longer,
        json!(""),
        json!("yes"),
        json!(true),
        Value::Null,
    ] {
        delete(&owner, &wrong).await?.invalid("confirm")?;
    }
    let request = || owner.request(Method::DELETE, "/account");
    send(request().json(&json!({}))).await?.invalid("confirm")?;
    send(request())
        .await?
        .problem(415, "unsupported_media_type")?;
    let more = json!({"confirm": email, "user_id": other.user});
    send(request().json(&more)).await?.invalid("user_id")?;
    ensure!(product.database.fingerprint(owner.user).await? == before);

    let shouted = json!(text(&email).to_uppercase());
    delete(&owner, &shouted).await?.expect(204)?;
    delete(&owner, &email).await?.problem(401, "unauthorized")?;
    other.get("/tasks").await?.expect(200)?;
    Ok(())
}

async fn locked_out(product: &Product) -> Result<()> {
    for by_better_auth in [false, true] {
        let owner = product.sign_up().await?;
        let token = json!({"name": "x", "scope": "write", "expires_at": from_now(3600)});
        let token = owner.post("/tokens", &token).await?.expect(201)?;
        let program = owner.with_token(token["token"].as_str().map(str::to_owned));
        let mut sockets = Vec::new();
        for (number, client) in [&owner, &program].into_iter().enumerate() {
            let mut socket = product.tab(client, number, None).await?;
            ensure!(socket.ready().await?.1);
            sockets.push(socket);
        }
        let mut stream = product.event_stream(&owner, None).await?;
        ensure!(stream.next().await?.event == "ready");
        let email = address(&owner).await?;

        if by_better_auth {
            product.database.delete_user(owner.user).await?;
            is_locked_out(&owner).await?;
        } else {
            delete(&owner, &email).await?.expect(204)?;
        }
        for client in [&owner, &program] {
            client.get("/tasks").await?.problem(401, "unauthorized")?;
            let task = client.post("/tasks", &json!({"title": "x"})).await?;
            task.problem(401, "unauthorized")?;
        }
        for socket in &mut sockets {
            ensure!(socket.closed().await? == Some(4001));
        }
        let last = loop {
            match stream.next().await {
                Ok(event) => ensure!(event.event == "user.deleted", "{event:?}"),
                Err(ended) => break ended,
            }
        };
        ensure!(last.to_string().contains("ended"), "{last:?}");
        let mut again = product.socket(&owner, None).await?;
        ensure!(again.closed().await? == Some(4001));
    }
    Ok(())
}

async fn is_locked_out(owner: &Client) -> Result<()> {
    wait::until("the session to end", AT_ONCE, async || {
        Ok((owner.get("/tasks").await?.status == 401).then_some(()))
    })
    .await
}

async fn unheard(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    owner.get("/tasks").await?.expect(200)?;
    let ended = product.database.delete_unheard(owner.user).await?;
    ensure!(ended == 1, "{ended} listeners");
    is_locked_out(&owner).await
}
