//! What a service knows about its own condition.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::{clock, metrics};

/// The gauge reported as `queue_depth`: events not yet published.
pub const OUTBOX_DEPTH: &str = "outbox_depth";
/// The gauge reported as `consumer_lag`: events not yet handled, over all topics.
pub const CONSUMER_LAG: &str = "consumer_lag";

/// A handle to one service's condition. Clones share it.
#[derive(Clone)]
pub struct Health(Arc<Inner>);

struct Inner {
    service: &'static str,
    version: &'static str,
    started: Instant,
    condition: Mutex<Condition>,
}

#[derive(Default)]
struct Condition {
    ready: bool,
    checks: BTreeMap<&'static str, Status>,
    gauges: BTreeMap<&'static str, u64>,
    last_error: Option<LastError>,
}

/// The result of one check. Reasons are public: no secrets, no addresses with passwords.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", content = "reason", rename_all = "lowercase")]
pub enum Status {
    Up,
    /// Something is wrong and the service does its work nevertheless.
    Degraded(String),
    /// The service cannot do its work.
    Down(String),
}

#[derive(Clone, Serialize)]
struct LastError {
    cause: String,
    at: Timestamp,
}

#[derive(Serialize)]
struct Report {
    status: &'static str,
    service: &'static str,
    version: &'static str,
    uptime_seconds: u64,
    checks: BTreeMap<&'static str, Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_depth: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consumer_lag: Option<u64>,
    gauges: BTreeMap<&'static str, u64>,
    last_error: Option<LastError>,
}

impl Health {
    /// A service that is not ready yet. `version` is `env!("CARGO_PKG_VERSION")`.
    pub fn new(service: &'static str, version: &'static str) -> Self {
        Self(Arc::new(Inner {
            service,
            version,
            started: Instant::now(),
            condition: Mutex::default(),
        }))
    }

    /// Records the state of a dependency or a part.
    pub fn set(&self, check: &'static str, status: Status) {
        self.condition().checks.insert(check, status);
    }

    /// Records a number worth seeing beside the checks, such as [`OUTBOX_DEPTH`].
    pub fn set_gauge(&self, name: &'static str, value: u64) {
        self.condition().gauges.insert(name, value);
    }

    /// Takes back a number that is not known any more.
    pub fn clear_gauge(&self, name: &'static str) {
        self.condition().gauges.remove(name);
    }

    /// Remembers the last error. `cause` is public, as a reason is.
    pub fn error(&self, cause: impl Into<String>) {
        let error = LastError {
            cause: cause.into(),
            at: clock::now(),
        };
        self.condition().last_error = Some(error);
    }

    /// Says whether requests should be sent here: yes once started, no when draining.
    pub fn ready(&self, ready: bool) {
        self.condition().ready = ready;
    }

    /// `/health`, `/health/live`, `/health/ready` and `/metrics`.
    pub fn router<S>(&self) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        Router::new()
            .route("/health", get(report))
            .route("/health/live", get(StatusCode::OK))
            .route("/health/ready", get(readiness))
            .route("/metrics", get(prometheus))
            .with_state(self.clone())
    }

    // A panic elsewhere while holding the lock left a complete value behind.
    fn condition(&self) -> MutexGuard<'_, Condition> {
        self.0
            .condition
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

async fn report(State(health): State<Health>) -> Response {
    let report = {
        let condition = health.condition();
        Report {
            status: overall(&condition.checks),
            service: health.0.service,
            version: health.0.version,
            uptime_seconds: health.0.started.elapsed().as_secs(),
            checks: condition.checks.clone(),
            queue_depth: condition.gauges.get(OUTBOX_DEPTH).copied(),
            consumer_lag: condition.gauges.get(CONSUMER_LAG).copied(),
            gauges: condition.gauges.clone(),
            last_error: condition.last_error.clone(),
        }
    };
    let code = match report.status {
        "down" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    };
    (code, Json(report)).into_response()
}

fn overall(checks: &BTreeMap<&'static str, Status>) -> &'static str {
    if checks
        .values()
        .any(|status| matches!(status, Status::Down(_)))
    {
        "down"
    } else if checks
        .values()
        .any(|status| matches!(status, Status::Degraded(_)))
    {
        "degraded"
    } else {
        "ok"
    }
}

async fn readiness(State(health): State<Health>) -> StatusCode {
    if health.condition().ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

async fn prometheus() -> impl IntoResponse {
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        metrics::render(),
    )
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::Request};
    use serde_json::{Value, json};
    use tower::ServiceExt;

    use super::*;

    async fn get_json(health: &Health, path: &str) -> (u16, Value) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = health.router::<()>().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 4096)
            .await
            .unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    #[tokio::test]
    async fn the_whole_report() {
        let health = Health::new("backend", "1.2.3");
        health.set("postgres", Status::Up);
        health.set("sidecar", Status::Degraded("not reachable".to_owned()));
        health.set_gauge(OUTBOX_DEPTH, 12);
        health.set_gauge(CONSUMER_LAG, 3);
        health.error("publish timed out");

        let (code, mut report) = get_json(&health, "/health").await;

        assert_eq!(code, 200);
        let at = report["last_error"]["at"].take();
        at.as_str().unwrap().parse::<Timestamp>().unwrap();
        assert_eq!(
            report,
            json!({
                "status": "degraded",
                "service": "backend",
                "version": "1.2.3",
                "uptime_seconds": 0,
                "checks": {
                    "postgres": {"status": "up"},
                    "sidecar": {"status": "degraded", "reason": "not reachable"},
                },
                "queue_depth": 12,
                "consumer_lag": 3,
                "gauges": {"outbox_depth": 12, "consumer_lag": 3},
                "last_error": {"cause": "publish timed out", "at": null},
            })
        );
    }

    #[tokio::test]
    async fn down_is_503_and_up_again_is_200() {
        let health = Health::new("backend", "1.2.3");
        health.set("postgres", Status::Down("connection refused".to_owned()));
        let (code, report) = get_json(&health, "/health").await;
        assert_eq!((code, &report["status"]), (503, &json!("down")));

        health.set("postgres", Status::Up);
        let (code, report) = get_json(&health, "/health").await;
        assert_eq!((code, &report["status"]), (200, &json!("ok")));
        assert_eq!(report["last_error"], Value::Null);
        // What a service does not know it does not report.
        assert_eq!(report.get("queue_depth"), None);
        health.set_gauge(CONSUMER_LAG, 3);
        health.clear_gauge(CONSUMER_LAG);
        let (_, report) = get_json(&health, "/health").await;
        assert_eq!(report.get("consumer_lag"), None);
    }

    #[tokio::test]
    async fn liveness_readiness_and_metrics() {
        let health = Health::new("backend", "1.2.3");
        assert_eq!(get_json(&health, "/health/live").await.0, 200);
        assert_eq!(get_json(&health, "/health/ready").await.0, 503);
        health.ready(true);
        assert_eq!(get_json(&health, "/health/ready").await.0, 200);
        health.ready(false);
        assert_eq!(get_json(&health, "/health/ready").await.0, 503);
        assert_eq!(get_json(&health, "/metrics").await.0, 200);
    }
}
