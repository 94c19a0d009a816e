//! Nothing that must stay secret is in any log, whatever went wrong before.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use events::Topic;
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::json;
use testing::{Client, EMAIL_DOMAIN, Socket, from_now, kafka, send};
use xtask::stack::App;

use crate::stage::{Product, Stage};

/// In what people write in this trial, and nowhere else.
const CANARY: &str = "canary-text-0f3a";

/// In what other trials write, and in the messages that nobody can read.
const UNSPOKEN: &str = "unspoken";

/// How every JWT begins: `{"alg":` in base64.
const TOKEN: &str = "eyJhbGciOi";

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    let dir = stage.dir.clone();
    // Listed last: it also reads what all others have caused to be logged.
    vec![stage.alone(
        "secrets: none in any log, health report, metric or event",
        async move |product| hunt(product, &dir).await,
    )]
}

async fn hunt(product: &Product, dir: &Path) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut secrets = use_everywhere(product, &owner).await?;
    let keys = [
        "BETTER_AUTH_SECRET",
        "DAPR_API_TOKEN",
        "APP_API_TOKEN",
        "DATABASE_URL",
    ];
    for key in keys {
        secrets.push(product.stack.secret(key)?.to_owned());
    }
    let password = product.stack.secret("DATABASE_URL")?;
    let password = password.split([':', '@']).nth(2).context("no password")?;
    let mut never: Vec<&str> = secrets.iter().map(String::as_str).collect();
    never.extend([password, TOKEN, EMAIL_DOMAIN]);

    let mut in_logs = never.clone();
    in_logs.extend([CANARY, UNSPOKEN]);
    let mut logs = 0;
    for folder in ["main/logs", "spare/logs"] {
        let Ok(entries) = fs::read_dir(dir.join(folder)) else {
            continue;
        };
        for entry in entries {
            let file = entry?.path();
            let text = String::from_utf8_lossy(&fs::read(&file)?).into_owned();
            clean(&file.display().to_string(), &text, &in_logs)?;
            logs += 1;
        }
    }
    let written = product.stack.apps().iter().flat_map(App::processes).count();
    ensure!(logs >= written, "only {logs} logs were found");
    for origin in [&product.backend, &product.realtime] {
        for path in ["/health", "/metrics"] {
            let answer = send(product.http().get(format!("{origin}{path}"))).await?;
            clean(path, &String::from_utf8_lossy(&answer.body), &in_logs)?;
        }
    }
    let Ok(brokers) = product.brokers() else {
        return Ok(());
    };
    for topic in Topic::ALL {
        for record in kafka::read_all(&brokers, topic).await? {
            clean(
                topic.name(),
                &String::from_utf8_lossy(&record.value),
                &never,
            )?;
        }
    }
    Ok(())
}

fn clean(place: &str, text: &str, secrets: &[&str]) -> Result<()> {
    for secret in secrets {
        let line = text.lines().find(|line| line.contains(secret));
        ensure!(
            line.is_none(),
            "{secret} is in {place}: {}",
            line.unwrap_or_default()
        );
    }
    Ok(())
}

/// Shows secrets where they belong and where they do not, and gives those that were made for it.
async fn use_everywhere(product: &Product, owner: &Client) -> Result<Vec<String>> {
    let token = owner.token.clone().unwrap_or_default();
    let task = json!({"title": CANARY, "description": CANARY, "tags": [CANARY]});
    owner.post("/tasks", &task).await?.expect(201)?;
    for wrong in [
        json!({"title": [CANARY]}),
        json!({"title": "x", "priority": CANARY}),
        json!({CANARY: 1}),
        json!({"title": "x", "due_date": CANARY}),
    ] {
        ensure!(owner.post("/tasks", &wrong).await?.status == 422);
    }
    for path in [
        format!("/tasks?q={CANARY}&token={token}"),
        format!("/tasks/{token}"),
        format!("/tags/{CANARY}"),
        format!("/{token}"),
    ] {
        owner.get(&path).await?;
    }
    let key = owner
        .request(Method::POST, "/tasks")
        .header("idempotency-key", CANARY);
    send(
        key.header("x-correlation-id", format!("not valid {token}"))
            .json(&task),
    )
    .await?;
    let ticket = send(owner.request(Method::POST, "/ws-ticket"))
        .await?
        .expect(201)?;
    let ticket = ticket["ticket"].as_str().context("no ticket")?;
    let api_token = json!({"name": CANARY, "scope": "read", "expires_at": from_now(3600)});
    let api_token = owner.post("/tokens", &api_token).await?.expect(201)?;
    let api_token = api_token["token"].as_str().context("no token")?;
    let program = owner.with_token(Some(api_token.to_owned()));
    program.get("/tasks").await?.expect(200)?;
    program.get(&format!("/tasks?q={api_token}")).await?;
    for token in [ticket, ticket, api_token, &token, "eyJhbGciOi.bad.token"] {
        let mut socket = Socket::connect(&product.realtime, owner.user, token, None).await?;
        socket.hear().await?;
        // A socket that was refused is closed already.
        let _ = socket.send(&json!({"type": CANARY}).to_string()).await;
    }
    Ok(vec![ticket.to_owned(), api_token.to_owned()])
}
