//! Refusals over HTTP: RFC 9457 problem documents, as the backend's.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::backend::{BackendError, Problem};

/// A problem document.
pub(crate) fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    respond(&Problem {
        status: status.as_u16(),
        code: code.to_owned(),
        detail: detail.to_owned(),
        ..Problem::default()
    })
}

/// The same for what the backend said, or why it said nothing.
pub(crate) fn of_backend(error: BackendError) -> Problem {
    match error {
        BackendError::Refused(problem) => *problem,
        error => {
            tracing::warn!(%error, "A request could not be answered");
            Problem {
                status: 503,
                code: "unavailable".to_owned(),
                detail: "TaskFlow is busy or restarting; try again".to_owned(),
                retry_after: Some(1),
                ..Problem::default()
            }
        }
    }
}

pub(crate) fn respond(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(body(problem))).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    if let Some(seconds) = problem.retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// As JSON, for streams that have begun.
pub(crate) fn body(problem: &Problem) -> Value {
    let status = StatusCode::from_u16(problem.status).ok();
    let mut body = json!({
        "type": "about:blank",
        "title": status.and_then(|status| status.canonical_reason()).unwrap_or("Error"),
        "status": problem.status,
        "code": problem.code,
        "detail": problem.to_string(),
    });
    if let Some(field) = &problem.field {
        body["field"] = field.as_str().into();
    }
    body
}
