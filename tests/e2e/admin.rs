//! The door of `/admin`: open to whom the configuration names, and to nobody else.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use events::UserId;
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use testing::{Answer, from_now, send};
use uuid::Uuid;

use crate::dead_letters::Letter;
use crate::stage::{Product, Stage};
use crate::violation::Violation;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("admin: each route is closed to everybody else", closed),
        stage.shared("admin: no other spelling of a path leads in", spellings),
    ]
}

/// What is needed to ask a route, and what the administrator is answered.
struct Row {
    method: Method,
    path: &'static str,
    body: Option<Value>,
    status: u16,
}

/// In an order in which each works on a letter that waits.
fn rows() -> Vec<Row> {
    let row = |method, path, status, body| Row {
        method,
        path,
        body,
        status,
    };
    vec![
        row(Method::GET, "/admin/dead-letters", 200, None),
        row(Method::GET, "/admin/dead-letters/{id}", 200, None),
        row(
            Method::POST,
            "/admin/dead-letters/replay",
            200,
            Some(json!({"ids": [Uuid::nil()]})),
        ),
        row(
            Method::POST,
            "/admin/dead-letters/{id}/drop",
            204,
            Some(json!({"reason": "x"})),
        ),
    ]
}

pub(crate) async fn closed(product: &Product) -> Result<()> {
    let rows = rows();
    all_are_listed(product, &rows).await?;
    let owner = product.sign_up().await?;
    let letter = Letter::write(product, &owner).await?;
    let before = letter.detail(product).await?;
    let program = api_token(product).await?;
    for row in &rows {
        for (who, token, status) in [
            ("nobody", None, 401),
            (
                "an administrator whose token has expired",
                Some(product.signer.token_for(product.admin, -3600)?),
                401,
            ),
            (
                "a program with a token of the administrator's",
                Some(program.clone()),
                401,
            ),
            (
                "somebody who does not exist",
                Some(product.signer.token(UserId::generate())?),
                401,
            ),
            ("the letter's owner", owner.token.clone(), 403),
        ] {
            let answer = ask(product, row, &letter.id, token).await?;
            if answer.status != status {
                return Err(Violation::Answered {
                    what: format!("{who}, who asked {} {}", row.method, row.path),
                    status: format!("{} instead of {status}", answer.status),
                }
                .into());
            }
        }
    }
    ensure!(letter.detail(product).await? == before);
    // The rows are right: to the administrator every route is open.
    let token = product.signer.token(product.admin)?;
    for row in &rows {
        let answer = ask(product, row, &letter.id, Some(token.clone())).await?;
        answer.expect(row.status).with_context(|| row.path)?;
    }
    Ok(())
}

/// Made by the administrator, for everything that a token can open.
async fn api_token(product: &Product) -> Result<String> {
    let wanted = json!({"name": "x", "scope": "write", "expires_at": from_now(3600)});
    let admin = product.client(product.admin)?;
    let made = admin.post("/tokens", &wanted).await?.expect(201)?;
    Ok(made["token"].as_str().context("no token")?.to_owned())
}

async fn ask(product: &Product, row: &Row, id: &str, token: Option<String>) -> Result<Answer> {
    let url = format!("{}{}", product.backend, row.path.replace("{id}", id));
    let mut request = product.http().request(row.method.clone(), url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    send(match &row.body {
        Some(body) => request.json(body),
        None => request,
    })
    .await
}

/// The server's document and the rows name the same routes.
async fn all_are_listed(product: &Product, rows: &[Row]) -> Result<()> {
    let url = format!("{}/openapi.json", product.backend);
    let document = send(product.http().get(url)).await?.expect(200)?;
    let mut served = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().context("no paths")? {
        for method in operations.as_object().context("no operations")?.keys() {
            if path.starts_with("/admin/") && method != "parameters" {
                served.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    let rows = rows
        .iter()
        .map(|row| format!("{} {}", row.method, row.path));
    let listed: BTreeSet<String> = rows.collect();
    let difference: Vec<_> = served.symmetric_difference(&listed).collect();
    ensure!(difference.is_empty(), "only here or there: {difference:?}");
    Ok(())
}

async fn spellings(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    for path in [
        "/admin/dead-letters/".to_owned(),
        "/admin//dead-letters".to_owned(),
        "//admin/dead-letters".to_owned(),
        "/Admin/dead-letters".to_owned(),
        "/%61dmin/dead-letters".to_owned(),
        "/admin%2Fdead-letters".to_owned(),
        format!("/api/{}/admin/dead-letters", owner.user),
        format!("/api/{}/%2E%2E/admin/dead-letters", owner.user),
        format!("/api/{}/..%2F..%2Fadmin%2Fdead-letters", owner.user),
    ] {
        let url = format!("{}{path}", product.backend);
        let token = owner.token.clone().unwrap_or_default();
        let answer = send(product.http().get(url).bearer_auth(token)).await?;
        ensure!(
            matches!(answer.status, 403 | 404),
            "{path}: {}",
            answer.status
        );
    }
    // The role is asked of the token and of nothing else.
    let url = format!("{}/admin/dead-letters", product.backend);
    let pretended = product
        .http()
        .get(url)
        .bearer_auth(owner.token.unwrap_or_default())
        .header("x-user-id", product.admin.to_string())
        .header("x-run-id", product.admin.to_string());
    send(pretended).await?.problem(403, "forbidden")?;
    Ok(())
}
