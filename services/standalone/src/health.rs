//! What all services say of themselves, as one.

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{StatusCode, Uri},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::Value;
use telemetry::health::Health;

use crate::front::{Slot, Slots};

/// More than any service says.
const MAX_BYTES: usize = 64 << 10;

/// From best to worst.
const STATUSES: [&str; 4] = ["up", "ok", "degraded", "down"];

/// `/health`, `/health/live` and `/health/ready` of the process. `own` is what no service knows.
pub(crate) fn router(own: &Health, slots: &Slots) -> Router {
    let mut parts = vec![Slot::of(own.router())];
    parts.extend(slots.all().map(Slot::clone));
    Router::new()
        .route("/health", get(report))
        .route("/health/live", get(StatusCode::OK))
        .route("/health/ready", get(readiness))
        .with_state(parts)
        .layer(middleware::from_fn(telemetry::http::track))
}

async fn report(State(parts): State<Vec<Slot>>) -> Response {
    let mut whole: Option<Value> = None;
    for part in &parts {
        let Some(said) = read(part).await else {
            continue;
        };
        match &mut whole {
            // Its name, its version, its age.
            None => whole = Some(said),
            Some(whole) => add(whole, &said),
        }
    }
    let whole = whole.unwrap_or_default();
    let code = match whole["status"].as_str() {
        Some("down") | None => StatusCode::SERVICE_UNAVAILABLE,
        Some(_) => StatusCode::OK,
    };
    (code, Json(whole)).into_response()
}

async fn readiness(State(parts): State<Vec<Slot>>) -> StatusCode {
    for part in &parts {
        let answered = part.ask(get_request("/health/ready")).await;
        if answered.is_none_or(|answer| answer.status() != StatusCode::OK) {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
    }
    StatusCode::OK
}

async fn read(part: &Slot) -> Option<Value> {
    let answer = part.ask(get_request("/health")).await?;
    let body = to_bytes(answer.into_body(), MAX_BYTES).await.ok()?;
    serde_json::from_slice(&body).ok()
}

fn get_request(path: &'static str) -> Request {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = Uri::from_static(path);
    request
}

/// The worse of two for what both look at; both for the rest.
fn add(whole: &mut Value, part: &Value) {
    if rank(&part["status"]) > rank(&whole["status"]) {
        whole["status"] = part["status"].clone();
    }
    for (name, check) in part["checks"].as_object().into_iter().flatten() {
        if rank(&check["status"]) >= rank(&whole["checks"][name]["status"]) {
            whole["checks"][name] = check.clone();
        }
    }
    for (name, gauge) in part["gauges"].as_object().into_iter().flatten() {
        whole["gauges"][name] = gauge.clone();
    }
    for known in ["queue_depth", "consumer_lag"] {
        if let Some(number) = part.get(known) {
            whole[known] = number.clone();
        }
    }
    // Times as they are written sort as they are.
    if part["last_error"]["at"].as_str() > whole["last_error"]["at"].as_str() {
        whole["last_error"] = part["last_error"].clone();
    }
}

fn rank(status: &Value) -> Option<usize> {
    let status = status.as_str()?;
    STATUSES.iter().position(|known| *known == status)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use telemetry::health::{CONSUMER_LAG, OUTBOX_DEPTH, Status};
    use tower::ServiceExt;

    use super::*;

    async fn get_json(router: &Router, path: &'static str) -> (StatusCode, Value) {
        let answer = router.clone().oneshot(get_request(path)).await.unwrap();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), MAX_BYTES).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    #[tokio::test]
    async fn the_worst_of_all_and_everything_they_know() {
        let (own, one, other) = (
            Health::new("taskflow", "1.2.3"),
            Health::new("one", "0"),
            Health::new("other", "0"),
        );
        own.set("broker", Status::Up);
        one.set("backend", Status::Up);
        one.set_gauge(OUTBOX_DEPTH, 2);
        other.set("backend", Status::Degraded("slow".to_owned()));
        other.set_gauge(CONSUMER_LAG, 3);
        other.error("late");
        let slots = Slots {
            backend: Slot::of(one.router()),
            realtime: Slot::of(other.router()),
            ..Slots::default()
        };
        let router = router(&own, &slots);

        let (status, mut said) = get_json(&router, "/health").await;
        assert_eq!(status, StatusCode::OK);
        said["last_error"]["at"].take();
        assert_eq!(
            said,
            json!({
                "status": "degraded",
                "service": "taskflow",
                "version": "1.2.3",
                "uptime_seconds": 0,
                "checks": {
                    "broker": {"status": "up"},
                    "backend": {"status": "degraded", "reason": "slow"},
                },
                "queue_depth": 2,
                "consumer_lag": 3,
                "gauges": {"outbox_depth": 2, "consumer_lag": 3},
                "last_error": {"cause": "late", "at": null},
            })
        );

        one.set("postgres", Status::Down("gone".to_owned()));
        let (status, said) = get_json(&router, "/health").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(said["status"], "down");
    }

    #[tokio::test]
    async fn ready_when_all_are() {
        let all: Vec<_> = ["own", "a", "b", "c", "d", "e"]
            .map(|name| Health::new(name, "0"))
            .into();
        let slots = Slots {
            agent: Slot::of(all[1].router()),
            backend: Slot::of(all[2].router()),
            notifier: Slot::of(all[3].router()),
            realtime: Slot::of(all[4].router()),
            scheduler: Slot::of(all[5].router()),
        };
        let router = router(&all[0], &slots);
        for health in &all {
            assert_eq!(get_json(&router, "/health/ready").await.0, 503);
            health.ready(true);
        }
        assert_eq!(get_json(&router, "/health/ready").await.0, 200);
        // One that has not said what it serves is not ready.
        let starting = super::router(&all[0], &Slots::default());
        assert_eq!(get_json(&starting, "/health/ready").await.0, 503);
        assert_eq!(get_json(&starting, "/health/live").await.0, 200);
    }
}
