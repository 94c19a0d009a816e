//! What happens around every HTTP request.

use std::time::{Duration, Instant};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderValue, Method, StatusCode},
    middleware::Next,
    response::Response,
};
use tracing::{Instrument, Span, debug, error_span, field::Empty, info};

use crate::{
    correlation::{self, CorrelationId},
    metrics::{HTTP_REQUEST_DURATION_SECONDS, HTTP_REQUESTS_TOTAL},
    trace::{self, TraceContext},
};

/// Gives a request its correlation id, span, log line and metrics.
///
/// Use it with `Router::layer(axum::middleware::from_fn(telemetry::http::track))`,
/// after all routes are added. Handlers find the [`CorrelationId`] in the
/// request's extensions, and fill the span's `user_id` when they know it.
///
/// The route's template is recorded, never the path: paths hold ids and
/// queries hold tokens.
pub async fn track(mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let correlation_id = CorrelationId::from_headers(request.headers());
    let method = known_method(request.method());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("unmatched", MatchedPath::as_str);
    // At the level of errors, so that no log filter takes the ids away.
    let span = error_span!(
        "request",
        method,
        route,
        %correlation_id,
        user_id = Empty,
        otel.name = format_args!("{method} {route}"),
        otel.kind = "server",
    );
    trace::enter_trace(&span, TraceContext::from_headers(request.headers()));
    request.extensions_mut().insert(correlation_id.clone());

    let mut response = next.run(request).instrument(span.clone()).await;

    if let Ok(value) = HeaderValue::from_str(correlation_id.as_str()) {
        response.headers_mut().insert(correlation::HEADER, value);
    }
    record(&span, method, route, response.status(), started.elapsed());
    response
}

fn record(span: &Span, method: &'static str, route: &str, status: StatusCode, took: Duration) {
    let labels = [
        ("method", method.to_owned()),
        ("route", route.to_owned()),
        ("status", status.as_str().to_owned()),
    ];
    ::metrics::counter!(HTTP_REQUESTS_TOTAL, &labels).increment(1);
    ::metrics::histogram!(HTTP_REQUEST_DURATION_SECONDS, &labels).record(took.as_secs_f64());

    let _entered = span.enter();
    let http_status = status.as_u16();
    let latency_ms = took.as_secs_f64() * 1_000.0;
    let outcome = if http_status < 400 {
        "success"
    } else {
        "failure"
    };
    if route.starts_with("/health") || route == "/metrics" {
        debug!(
            status = outcome,
            http_status, latency_ms, "{method} {route}"
        );
    } else {
        info!(
            status = outcome,
            http_status, latency_ms, "{method} {route}"
        );
    }
}

/// Methods are the caller's choice; labels must not be.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use axum::{Extension, Router, body::Body, middleware::from_fn, routing::get};
    use tower::ServiceExt;

    use super::*;
    use crate::{captured::Captured, metrics};

    const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    async fn handler(Extension(id): Extension<CorrelationId>) -> String {
        Span::current().record("user_id", "u-1");
        assert_eq!(CorrelationId::current(), Some(id.clone()));
        format!("{id} {}", TraceContext::current())
    }

    fn app() -> Router {
        Router::new()
            .route("/api/{user_id}/tasks", get(handler))
            .route("/api/{user_id}/tasks/{id}", get(handler))
            .route("/health", get(|| async {}))
            .layer(from_fn(track))
    }

    async fn send(request: Request) -> (Response<()>, String) {
        let (head, body) = app().oneshot(request).await.unwrap().into_parts();
        let body = axum::body::to_bytes(body, 1024).await.unwrap();
        (
            Response::from_parts(head, ()),
            String::from_utf8(body.to_vec()).unwrap(),
        )
    }

    fn request(path: &str) -> axum::http::request::Builder {
        Request::get(path)
    }

    #[tokio::test]
    async fn a_request_is_correlated_traced_logged_and_counted() {
        let (log, _guard) = Captured::start("info");
        // Another test may have installed it first.
        let _ = metrics::install();
        // Counters are the process's: no other test asks for this route.
        let request = request("/api/7/tasks/8?token=canary")
            .header("X-Correlation-ID", "c-1")
            .header("traceparent", TRACEPARENT)
            .body(Body::empty())
            .unwrap();

        let (response, body) = send(request).await;

        assert_eq!(response.headers()[correlation::HEADER], "c-1");
        assert_eq!(body, format!("c-1 {TRACEPARENT}"));
        let [line] = &log.lines()[..] else {
            panic!("{}", log.text())
        };
        assert_eq!(line["message"], "GET /api/{user_id}/tasks/{id}");
        assert_eq!(line["status"], "success");
        assert_eq!(line["http_status"], 200);
        assert_eq!(line["correlation_id"], "c-1");
        assert_eq!(line["user_id"], "u-1");
        assert_eq!(line["trace_id"], "0af7651916cd43dd8448eb211c80319c");
        assert!(line["latency_ms"].as_f64().unwrap() > 0.0);
        assert!(!log.text().contains("canary"));
        let metrics = metrics::render();
        let labels = r#"{method="GET",route="/api/{user_id}/tasks/{id}",status="200"}"#;
        assert!(
            metrics.contains(&format!("http_requests_total{labels} 1")),
            "{metrics}"
        );
    }

    #[tokio::test]
    async fn a_malformed_id_is_replaced_and_the_same_everywhere() {
        let (log, _guard) = Captured::start("info");
        let request = request("/api/7/tasks")
            .header("X-Correlation-ID", "a b")
            .body(Body::empty())
            .unwrap();

        let (response, body) = send(request).await;

        let id = response.headers()[correlation::HEADER].to_str().unwrap();
        assert_ne!(id, "a b");
        assert!(body.starts_with(id));
        assert_eq!(log.lines()[0]["correlation_id"], id);
    }

    #[tokio::test]
    async fn an_unknown_path_and_method_are_not_recorded() {
        let (log, _guard) = Captured::start("info");
        let mut request = request("/secret/path").body(Body::empty()).unwrap();
        *request.method_mut() = Method::from_bytes(b"SECRET").unwrap();

        let (response, _) = send(request).await;

        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        let line = &log.lines()[0];
        assert_eq!(line["message"], "other unmatched");
        assert_eq!(line["status"], "failure");
        assert!(!log.text().to_lowercase().contains("secret"));
    }

    #[tokio::test]
    async fn probes_are_quiet() {
        let (log, _guard) = Captured::start("info");
        let (response, _) = send(request("/health").body(Body::empty()).unwrap()).await;

        assert!(response.headers().contains_key(correlation::HEADER));
        assert_eq!(log.text(), "");
    }

    #[tokio::test]
    async fn a_quiet_filter_does_not_take_the_ids_away() {
        let (log, _guard) = Captured::start("error");
        let request = request("/api/7/tasks")
            .header("X-Correlation-ID", "c-1")
            .header("traceparent", TRACEPARENT)
            .body(Body::empty())
            .unwrap();

        let (_, body) = send(request).await;

        assert_eq!(body, format!("c-1 {TRACEPARENT}"));
        assert_eq!(log.text(), "");
    }
}
