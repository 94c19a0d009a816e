//! What is not JSON, too large, of another type, or not there at all: always a problem document.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::json;
use testing::send;

use super::steps::{add, path, send_text};
use crate::stage::{Product, Stage};

const LIMIT: usize = 256 * 1024;

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("rest: a body that is not JSON is malformed", not_json),
        stage.shared("rest: a body of more than 256 KiB is too large", too_large),
        stage.shared("rest: a body of another type is refused", other_type),
        stage.shared(
            "rest: an unknown path and method are problems, too",
            no_route,
        ),
        stage.shared("rest: strangers are told in problem documents", strangers),
    ]
}

async fn not_json(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let deep = |opening: &str, closing: &str| {
        let (opening, closing) = (opening.repeat(10_000), closing.repeat(10_000));
        format!(r#"{{"title": "x", "due": {{"a": {opening}1{closing}}}}}"#)
    };
    let bodies: Vec<Vec<u8>> = vec![
        b"".into(),
        b" ".into(),
        b"{".into(),
        b"nul".into(),
        b"{\"title\": \"x\"} trailing".into(),
        b"{\"title\": \"x\"}{\"title\": \"y\"}".into(),
        b"{\"title\": \"x\",}".into(),
        b"{\"title\": 1, \"description\": }".into(),
        b"{'title': 'x'}".into(),
        b"{\"title\": \"\\ud800\"}".into(),
        b"{\"title\": \"\\udc00\\ud800\"}".into(),
        b"{\"title\": \"\xff\xfe\"}".into(),
        b"{\"title\": \"raw\nnewline\"}".into(),
        b"{\"title\": \"x\", \"position\": 1e999}".into(),
        b"{\"title\": \"x\", \"position\": NaN}".into(),
        b"\xef\xbb\xbf{\"title\": \"x\"}".into(),
        deep("[", "]").into(),
        deep("{\"a\":", "}").into(),
        "[".repeat(10_000).into(),
    ];
    let settings = format!(r#"{{"settings": {}}}"#, deep("[", "]"));
    let answer = send_text(&owner, Method::PATCH, "/profile", settings).await?;
    answer.problem(400, "malformed")?;
    for body in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer = send_text(&owner, Method::POST, "/tasks", body).await?;
        answer.problem(400, "malformed").context(shown.clone())?;
    }
    ensure!(product.database.head(owner.user).await? == 1);
    Ok(())
}

async fn too_large(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let padded = |length: usize| {
        let task = r#"{"title": "padded"}"#;
        format!("{task}{}", " ".repeat(length - task.len()))
    };
    let answer = send_text(&owner, Method::POST, "/tasks", padded(LIMIT)).await?;
    answer.expect(201)?;
    for length in [LIMIT + 1, 8 * LIMIT] {
        let answer = send_text(&owner, Method::POST, "/tasks", padded(length)).await?;
        answer.problem(413, "too_large")?;
        // Or a client would send its next request into a closing connection.
        ensure!(answer.header("connection")? == "close");
    }
    ensure!(product.database.head(owner.user).await? == 2);
    Ok(())
}

async fn other_type(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let body = r#"{"title": "typed"}"#;
    let post = || owner.request(Method::POST, "/tasks").body(body);
    send(post()).await?.problem(415, "unsupported_media_type")?;
    for wrong in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "text/json",
        "",
        "json",
    ] {
        let answer = send(post().header("content-type", wrong)).await?;
        answer
            .problem(415, "unsupported_media_type")
            .context(wrong)?;
    }
    for right in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/merge-patch+json",
    ] {
        let answer = send(post().header("content-type", right)).await?;
        answer.expect(201).context(right)?;
    }
    Ok(())
}

async fn no_route(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let task = add(&owner, &json!({"title": "task"})).await?;
    for path in [
        "/nowhere",
        "",
        "/",
        "/tasks/",
        "/tasks/batch/x",
        "/Tasks",
        "/profile/x",
        "/tasks/%ff",
    ] {
        let answer = owner.get(path).await?;
        answer
            .problem(404, "not_found")
            .with_context(|| format!("{path:?}"))?;
    }
    for (method, path) in [
        (Method::DELETE, "/tasks".to_owned()),
        (Method::PUT, "/profile".to_owned()),
        (Method::POST, "/stats".to_owned()),
        (Method::POST, path(&task)),
        (Method::GET, "/ws-ticket".to_owned()),
        (Method::TRACE, "/tasks".to_owned()),
        (Method::from_bytes(b"BREW")?, "/tasks".to_owned()),
    ] {
        let answer = send(owner.request(method.clone(), &path)).await?;
        let context = || format!("{method} {path}");
        answer
            .problem(405, "method_not_allowed")
            .with_context(context)?;
        answer.header("allow").with_context(context)?;
    }
    for path in [
        "/",
        "/api",
        "/favicon.ico",
        "/.env",
        "/%00",
        "/%ff",
        "/api/x",
        "/api/%ff/tasks",
    ] {
        let answer = send(product.http().get(format!("{}{path}", product.backend))).await?;
        answer
            .problem(404, "not_found")
            .with_context(|| path.to_owned())?;
        answer.header("x-correlation-id")?;
    }
    Ok(())
}

async fn strangers(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    let answer = owner.with_token(None).get("/tasks").await?;
    answer.problem(401, "unauthorized")?;
    ensure!(answer.header("www-authenticate")? == "Bearer");
    let answer = owner.at(other.user).get("/tasks").await?;
    answer.problem(403, "forbidden")?;
    Ok(())
}
