//! Browsers may call from the configured origins, and from no other.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use testing::{Answer, Client, send};

use crate::stage::{Product, Stage};

/// As `dapr.yaml` sets it.
const OURS: &str = "http://localhost:3000";

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("rest: a configured origin may call", ours),
        stage.shared("rest: another origin may not", others),
    ]
}

async fn preflight(client: &Client, origin: &str, method: &str) -> Result<Answer> {
    // A browser sends no token with it.
    let request = client.with_token(None).request(Method::OPTIONS, "/tasks");
    let request = request
        .header("origin", origin)
        .header("access-control-request-method", method)
        .header(
            "access-control-request-headers",
            "authorization,content-type,if-match",
        );
    send(request).await
}

fn words(list: &str) -> BTreeSet<String> {
    list.split(',')
        .map(|word| word.trim().to_ascii_lowercase())
        .collect()
}

async fn ours(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        let answer = preflight(&owner, OURS, method).await?;
        ensure!(answer.status == 200 && answer.header("access-control-allow-origin")? == OURS);
        let methods = words(answer.header("access-control-allow-methods")?);
        ensure!(
            methods.contains(&method.to_ascii_lowercase()),
            "{methods:?}"
        );
        let headers = words(answer.header("access-control-allow-headers")?);
        let needed = words(
            "authorization,content-type,if-match,idempotency-key,x-correlation-id,x-run-id,traceparent",
        );
        ensure!(needed.is_subset(&headers), "{headers:?}");
        answer.header("access-control-max-age")?;
    }
    // Refusals must be readable, too.
    for client in [owner.clone(), owner.with_token(None)] {
        let request = client.request(Method::GET, "/tasks").header("origin", OURS);
        let answer = send(request).await?;
        ensure!(answer.header("access-control-allow-origin")? == OURS);
        let exposed = words(answer.header("access-control-expose-headers")?);
        let needed = words("etag,location,retry-after,x-change-set-id,x-correlation-id");
        ensure!(needed.is_subset(&exposed), "{exposed:?}");
        ensure!(words(answer.headers["vary"].to_str()?).contains("origin"));
    }
    Ok(())
}

async fn others(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    for origin in [
        "http://evil.example",
        "https://localhost:3000",
        "http://localhost:30001",
        "http://localhost:3000.evil.example",
        "null",
    ] {
        let request = owner
            .request(Method::GET, "/tasks")
            .header("origin", origin);
        for answer in [
            preflight(&owner, origin, "POST").await?,
            send(request).await?,
        ] {
            let allowed = answer.headers.get("access-control-allow-origin");
            ensure!(allowed.is_none(), "{origin} is allowed: {allowed:?}");
        }
    }
    let answer = preflight(&owner, OURS, "BREW").await?;
    let methods = words(
        answer
            .header("access-control-allow-methods")
            .context("no methods")?,
    );
    ensure!(
        !methods.contains("brew") && !methods.contains("*"),
        "{methods:?}"
    );
    Ok(())
}
