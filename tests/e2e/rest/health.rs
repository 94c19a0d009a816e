//! What a service says of itself, to probes and to Prometheus.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use testing::{Answer, send, wait};

use crate::stage::{Product, Stage};

const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("rest: health says how a service is", health),
        stage.shared("rest: metrics count what was asked", metrics),
    ]
}

async fn get(product: &Product, origin: &str, path: &str) -> Result<Answer> {
    send(product.http().get(format!("{origin}{path}"))).await
}

async fn health(product: &Product) -> Result<()> {
    for origin in [&product.backend, &product.realtime] {
        for probe in ["/health/live", "/health/ready"] {
            ensure!(get(product, origin, probe).await?.status == 200);
        }
        // Others' trials may keep it busy for a moment.
        let report = wait::until("health to be well", PATIENCE, async || {
            let report = get(product, origin, "/health").await?.expect(200)?;
            Ok((report["status"] == "ok").then_some(report))
        })
        .await?;
        ensure!(report["uptime_seconds"].is_u64(), "{report}");
        ensure!(report["checks"].is_object(), "{report}");
        ensure!(report.get("last_error").is_some(), "{report}");
    }
    let report = get(product, &product.backend, "/health").await?;
    let report = report.expect(200)?;
    ensure!(report["queue_depth"].is_u64(), "{report}");
    ensure!(report["checks"]["postgres"]["status"] == "up", "{report}");
    Ok(())
}

async fn metrics(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    owner.get("/stats").await?.expect(200)?;
    let metrics = get(product, &product.backend, "/metrics").await?;
    let metrics = String::from_utf8(metrics.body.to_vec())?;
    let asked = r#"http_requests_total{method="GET",route="/api/{user_id}/stats",status="200"}"#;
    for wanted in [asked, "http_request_duration_seconds", "outbox_depth"] {
        ensure!(metrics.contains(wanted), "no {wanted}");
    }
    ensure!(
        !metrics.contains(&owner.user.to_string()),
        "a label holds a user's id"
    );
    Ok(())
}
