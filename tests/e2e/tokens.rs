//! API tokens: what they open, what they do not, and when they end.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use testing::{Client, Heard, Socket, from_now, send, wait};

use crate::rest::steps::{add, events_after, list, text};
use crate::routes::{self, Home, Row};
use crate::stage::{Product, Stage};
use crate::violation::Violation;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("tokens: one is shown once, listed, used and revoked", life),
        stage.shared("tokens: a wrong one is refused and names its field", wrong),
        stage.shared("tokens: one that is nearly right is not right", forged),
        stage.shared(
            "tokens: a reader reads everything and changes nothing, at every route",
            reads_only,
        ),
        stage.shared("tokens: a writer does all but manage the account", writes),
        stage.shared(
            "tokens: one for a project writes its tasks, as many as it was granted",
            granted,
        ),
        stage.shared("tokens: the log says which one made a change", actor),
        stage.shared("tokens: one opens sockets and streams until it ends", doors),
        stage.shared("tokens: there are at most 100 that are valid", at_most),
    ]
}

/// A new token of the owner's: its id, and a client that shows it.
async fn token(owner: &Client, scope: &str, seconds: i64) -> Result<(String, Client)> {
    let wanted = json!({"name": scope, "scope": scope, "expires_at": from_now(seconds)});
    let made = owner.post("/tokens", &wanted).await?.expect(201)?;
    let program = owner.with_token(Some(text(&made["token"]).to_owned()));
    Ok((text(&made["id"]).to_owned(), program))
}

async fn life(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let expires_at = from_now(3600);
    let wanted = json!({"name": " CI ", "scope": "write", "expires_at": expires_at});
    let answer = owner.post("/tokens", &wanted).await?;
    ensure!(answer.header("cache-control")? == "no-store");
    let mut made = answer.expect(201)?;
    let secret = made["token"].take();
    let secret = text(&secret);
    ensure!(secret.len() == 46 && secret.starts_with("tf_"), "its shape");
    ensure!(made["name"] == "CI" && made["scope"] == "write", "{made}");
    ensure!(made["expires_at"] == json!(expires_at), "{made}");

    let program = owner.with_token(Some(secret.to_owned()));
    add(&program, &json!({"title": "by a program"})).await?;
    let used = listed(&owner, secret).await?;
    ensure!(used["last_used_at"].is_string() && used["revoked_at"].is_null());
    program.get("/tasks").await?.expect(200)?;
    let again = listed(&owner, secret).await?;
    ensure!(again == used, "noted twice within a minute");

    let path = format!("/tokens/{}", text(&used["id"]));
    owner.delete(&path).await?.expect(204)?;
    program.get("/tasks").await?.problem(401, "unauthorized")?;
    let revoked = listed(&owner, secret).await?;
    ensure!(revoked["revoked_at"].is_string() && revoked["name"] == "CI");
    // Again, and it stays as it was.
    owner.delete(&path).await?.expect(204)?;
    ensure!(listed(&owner, secret).await? == revoked);
    Ok(())
}

/// The owner's only token, as the list shows it.
async fn listed(owner: &Client, secret: &str) -> Result<Value> {
    let answer = owner.get("/tokens").await?;
    let shown = String::from_utf8_lossy(&answer.body).into_owned();
    ensure!(!shown.contains(secret), "the list tells the secret");
    let items = answer.expect(200)?;
    let [item] = list(&items["items"]) else {
        anyhow::bail!("{items}");
    };
    let fields: Vec<&String> = item
        .as_object()
        .into_iter()
        .flat_map(|item| item.keys())
        .collect();
    let expected = [
        "created_at",
        "expires_at",
        "grant",
        "id",
        "last_used_at",
        "name",
        "revoked_at",
        "scope",
    ];
    ensure!(fields == expected, "{fields:?}");
    Ok(item.clone())
}

async fn wrong(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let before = product.database.fingerprint(owner.user).await?;
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("  ")),
        ("name", json!("x".repeat(101))),
        ("name", json!("a\u{0}")),
        ("name", json!(1)),
        ("scope", json!("admin")),
        ("scope", json!("Read")),
        ("scope", json!(null)),
        ("expires_at", json!(from_now(-1))),
        ("expires_at", json!(from_now(367 * 24 * 3600))),
        ("expires_at", json!("tomorrow")),
        ("expires_at", json!(null)),
        ("user_id", json!(owner.user)),
    ] {
        let mut token = json!({"name": "x", "scope": "read", "expires_at": from_now(60)});
        token[field] = value.clone();
        let answer = owner.post("/tokens", &token).await?;
        answer
            .invalid(field)
            .with_context(|| format!("{field}: {value}"))?;
    }
    for missing in ["name", "scope", "expires_at"] {
        let mut token = json!({"name": "x", "scope": "read", "expires_at": from_now(60)});
        token
            .as_object_mut()
            .and_then(|token| token.remove(missing));
        owner.post("/tokens", &token).await?.invalid(missing)?;
    }
    ensure!(product.database.fingerprint(owner.user).await? == before);
    let year = json!({"name": "x", "scope": "read", "expires_at": from_now(365 * 24 * 3600 - 60)});
    owner.post("/tokens", &year).await?.expect(201)?;
    Ok(())
}

async fn forged(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    let (_, program) = token(&owner, "write", 3600).await?;
    program.get("/tasks").await?.expect(200)?;
    let none = owner.with_token(None).get("/tasks").await?;
    let secret = program.token.clone().context("no token")?;
    let mut forgeries: Vec<String> = (0..secret.len()).map(|at| flip(&secret, at)).collect();
    forgeries.extend([
        secret.to_uppercase(),
        secret.replace("tf_", ""),
        format!("{secret}A"),
        format!("{secret}="),
        secret[..45].to_owned(),
        format!("tf_{}", "A".repeat(43)),
        "tf_".to_owned(),
    ]);
    let (id, revoked) = token(&owner, "write", 3600).await?;
    owner.delete(&format!("/tokens/{id}")).await?.expect(204)?;
    forgeries.extend(revoked.token);
    let (_, expiring) = token(&owner, "write", 2).await?;
    wait::until("the token to expire", Duration::from_secs(10), async || {
        Ok((expiring.get("/tasks").await?.status == 401).then_some(()))
    })
    .await?;
    forgeries.extend(expiring.token);
    for forgery in forgeries {
        let answer = owner.with_token(Some(forgery)).get("/tasks").await?;
        answer.problem(401, "unauthorized")?;
        ensure!(answer.body == none.body, "another body");
    }
    for door in [other.user, events::UserId::generate()] {
        let answer = program.at(door).get("/tasks").await?;
        answer.problem(403, "forbidden")?;
    }
    Ok(())
}

/// Another character at this place, which base64url has too.
fn flip(token: &str, at: usize) -> String {
    let other = if token.as_bytes().get(at) == Some(&b'B') {
        "C"
    } else {
        "B"
    };
    let mut token = token.to_owned();
    token.replace_range(at..=at, other);
    token
}

/// Whether only a session may ask, whatever the token's scope.
fn is_personal(row: &Row) -> bool {
    let personal = ["/tokens", "/webhooks", "/push-subscriptions", "/account"];
    personal.iter().any(|path| row.path.starts_with(path))
}

fn is_reading(row: &Row) -> bool {
    row.method == Method::GET || ["/ws-ticket", "/recurrence/preview"].contains(&row.path)
}

pub(crate) async fn reads_only(product: &Product) -> Result<()> {
    let home = Home::furnish(product).await?;
    let (_, reader) = token(&home.owner, "read", 3600).await?;
    let before = product.database.fingerprint(home.owner.user).await?;
    let rows = routes::rows();
    let writing: Vec<&Row> = rows.iter().filter(|row| !is_reading(row)).collect();
    ensure!(writing.len() >= 10, "the table has lost its routes");
    for row in writing {
        let answer = routes::ask(&reader, row, &home.path(row)).await?;
        routes::expect("a reader", row, &answer, 403)?;
        answer.problem(403, "insufficient_scope")?;
    }
    if product.database.fingerprint(home.owner.user).await? != before {
        return Err(Violation::Changed("by a token that may only read".to_owned()).into());
    }
    for row in rows.iter().filter(|row| is_reading(row)) {
        let answer = routes::ask(&reader, row, &home.path(row)).await?;
        let status = if is_personal(row) { 403 } else { row.status };
        routes::expect("a reader", row, &answer, status)?;
    }
    send(reader.request(Method::HEAD, "/tasks"))
        .await?
        .expect(200)?;
    Ok(())
}

async fn writes(product: &Product) -> Result<()> {
    let home = Home::furnish(product).await?;
    let (_, writer) = token(&home.owner, "write", 3600).await?;
    for row in &routes::rows() {
        let answer = routes::ask(&writer, row, &home.path(row)).await?;
        let status = if is_personal(row) { 403 } else { row.status };
        routes::expect("a writer", row, &answer, status)?;
        if is_personal(row) {
            answer.problem(403, "session_required")?;
        }
    }
    Ok(())
}

pub(crate) async fn granted(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let project = json!({"name": "x"});
    let project = owner.post("/projects", &project).await?.expect(201)?;
    let wanted = json!({
        "name": "x", "scope": "write", "expires_at": from_now(3600),
        "grant": {"project_ids": [project["id"]], "writes_per_hour": 2},
    });
    let made = owner.post("/tokens", &wanted).await?.expect(201)?;
    let program = owner.with_token(Some(text(&made["token"]).to_owned()));
    let task = json!({"title": "x", "project_id": project["id"]});
    add(&program, &task).await?;
    let before = product.database.fingerprint(owner.user).await?;
    let create = json!({"op": "create", "task": task});
    for (path, body, status, code) in [
        ("/tasks", json!({"title": "x"}), 403, "outside_grant"),
        ("/projects", json!({"name": "x"}), 403, "outside_grant"),
        (
            "/tasks/batch",
            json!({"operations": [create, create]}),
            429,
            "grant_spent",
        ),
    ] {
        let answer = program.post(path, &body).await?;
        if answer.status < 400 {
            return Err(Violation::Changed(format!("by a token without leave, at {path}")).into());
        }
        answer.problem(status, code)?;
    }
    ensure!(product.database.fingerprint(owner.user).await? == before);
    add(&program, &task).await?;
    Ok(())
}

async fn actor(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let (id, program) = token(&owner, "write", 3600).await?;
    add(&program, &json!({"title": "x"})).await?;
    let run = program
        .request(Method::POST, "/tasks")
        .header("x-run-id", "run-7");
    send(run.json(&json!({"title": "y"}))).await?.expect(201)?;
    add(&owner, &json!({"title": "z"})).await?;
    let events = events_after(&owner, 1).await?;
    let actors: Vec<&Value> = events.iter().map(|event| &event["actor"]).collect();
    let expected = [
        json!({"kind": "token", "token_id": id}),
        json!({"kind": "agent_run", "run_id": "run-7", "token_id": id}),
        json!({"kind": "user"}),
    ];
    ensure!(actors == expected.iter().collect::<Vec<_>>(), "{actors:?}");
    Ok(())
}

async fn doors(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    let (_, lasting) = token(&owner, "read", 3600).await?;
    let (id, reader) = token(&owner, "read", 3600).await?;
    let ticket = ticket(&reader).await?;
    let unused = self::ticket(&reader).await?;
    let mut sockets = [
        product.socket(&lasting, None).await?,
        product.socket(&reader, None).await?,
        Socket::connect(&product.realtime, owner.user, &ticket, None).await?,
    ];
    for socket in &mut sockets {
        ensure!(socket.ready().await? == (1, true));
    }
    let mut stream = product.event_stream(&reader, None).await?;
    ensure!(stream.next().await?.event == "ready");
    let mut elsewhere = product.socket(&reader.at(other.user), None).await?;
    ensure!(elsewhere.closed().await? == Some(4003));

    owner.delete(&format!("/tokens/{id}")).await?.expect(204)?;
    let [mut lasting, direct, by_ticket] = sockets;
    for mut socket in [direct, by_ticket] {
        ensure!(socket.closed().await? == Some(4001));
    }
    ensure!(stream.next().await.is_err(), "the stream goes on");
    for ended in [reader.token.as_deref().unwrap_or_default(), &unused] {
        let mut socket = Socket::connect(&product.realtime, owner.user, ended, None).await?;
        ensure!(socket.hear().await? == Heard::Closed(Some(4001)));
    }
    add(&owner, &json!({"title": "x"})).await?;
    ensure!(lasting.event().await?.data.seq == 2);

    let (_, brief) = token(&owner, "read", 8).await?;
    let mut socket = product.socket(&brief, None).await?;
    ensure!(socket.ready().await?.1);
    ensure!(socket.closed().await? == Some(4001));
    Ok(())
}

async fn ticket(client: &Client) -> Result<String> {
    let ticket = send(client.request(Method::POST, "/ws-ticket")).await?;
    Ok(text(&ticket.expect(201)?["ticket"]).to_owned())
}

async fn at_most(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut ids = HashSet::new();
    for _ in 0..100 {
        ids.insert(token(&owner, "read", 3600).await?.0);
    }
    ensure!(ids.len() == 100);
    let wanted = json!({"name": "x", "scope": "read", "expires_at": from_now(3600)});
    owner
        .post("/tokens", &wanted)
        .await?
        .problem(409, "conflict")?;
    let one = ids.iter().next().context("no token")?;
    owner.delete(&format!("/tokens/{one}")).await?.expect(204)?;
    owner.post("/tokens", &wanted).await?.expect(201)?;
    Ok(())
}
