//! The one place where errors become answers: RFC 9457 problem documents whose
//! `detail` is the message and whose `code` is stable.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use events::ChangeSetId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{projection::Broken, write::Question};

/// Why a request was not carried out. Nothing has changed when one is returned.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("{0}")]
    Malformed(String),
    #[error(transparent)]
    Access(#[from] auth::Rejection),
    #[error("This path is for administrators")]
    NotAdmin,
    #[error("This token has the scope read; what you ask needs the scope write")]
    ReadOnly,
    #[error("An API token cannot do this; sign in, and ask with the session's token")]
    SessionRequired,
    #[error("{0}")]
    OutsideGrant(String),
    #[error(
        "This token may make {limit} changes an hour, and this would be more; try again in {retry_after} s"
    )]
    GrantSpent { limit: u32, retry_after: u64 },
    #[error("This would take {} tasks off the list; the user must say yes first", .0.gone())]
    NeedsConfirmation(Box<Question>),
    #[error("{0} not found")]
    NotFound(&'static str),
    #[error("This path does not take that method")]
    Method,
    #[error("{0}")]
    Conflict(String),
    #[error("A request with this Idempotency-Key is still under way; try again")]
    KeyHeld,
    #[error("This was undone already, by the change-set {later}; undo that one to have it again")]
    Undone { later: ChangeSetId },
    #[error("The conversation is being answered; try again in {retry_after} s")]
    TurnHeld { retry_after: u64 },
    #[error("The {what} has changed since you read it: it is at version {current} now")]
    Stale {
        what: &'static str,
        current: i64,
        /// Where in a batch.
        field: Option<String>,
    },
    #[error("The body is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("The log has more than {limit} events")]
    TooLong { limit: u64 },
    #[error("The answer is larger than {limit} bytes; ask for less at a time")]
    AnswerTooLarge { limit: usize },
    #[error("Send the body as application/json")]
    MediaType,
    #[error("{detail}")]
    Invalid { field: String, detail: String },
    #[error("Others who ask for as much have to be served first; try again in {retry_after} s")]
    Occupied { retry_after: u64 },
    #[error("The body comes too slowly, so nothing was taken in")]
    TooSlow,
    #[error("Too many requests; try again in {retry_after} s")]
    TooMany { retry_after: u64 },
    #[error(
        "The service is busy or restarting; try again (with the same Idempotency-Key, if this was a write)"
    )]
    Unavailable(#[source] sqlx::Error),
    #[error("This took too long; try again (with the same Idempotency-Key, if this was a write)")]
    TimedOut,
    #[error("Something went wrong on our side")]
    Internal(#[source] anyhow::Error),
}

impl ApiError {
    pub(crate) fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            detail: detail.into(),
        }
    }

    /// The same error about a field that lies deeper, as in an item of a batch.
    pub(crate) fn within(self, prefix: &str) -> Self {
        match self {
            Self::Invalid { field, detail } if field.is_empty() => Self::invalid(prefix, detail),
            Self::Invalid { field, detail } => Self::invalid(format!("{prefix}.{field}"), detail),
            other => other,
        }
    }

    /// Whether the same may well be carried out in a moment.
    pub(crate) const fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::TimedOut)
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Access(auth::Rejection::Unauthorized) => StatusCode::UNAUTHORIZED,
            Self::Access(auth::Rejection::Forbidden)
            | Self::NotAdmin
            | Self::ReadOnly
            | Self::OutsideGrant(_)
            | Self::SessionRequired => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_)
            | Self::KeyHeld
            | Self::NeedsConfirmation(_)
            | Self::Undone { .. }
            | Self::TurnHeld { .. } => StatusCode::CONFLICT,
            Self::Stale { .. } => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge { .. } | Self::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid { .. } | Self::AnswerTooLarge { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany { .. } | Self::Occupied { .. } | Self::GrantSpent { .. } => {
                StatusCode::TOO_MANY_REQUESTS
            }
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Unavailable(_) | Self::TimedOut => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Access(auth::Rejection::Unauthorized) => "unauthorized",
            Self::Access(auth::Rejection::Forbidden) | Self::NotAdmin => "forbidden",
            Self::ReadOnly => "insufficient_scope",
            Self::OutsideGrant(_) => "outside_grant",
            Self::GrantSpent { .. } => "grant_spent",
            Self::SessionRequired => "session_required",
            Self::NeedsConfirmation(_) => "needs_confirmation",
            Self::NotFound(_) => "not_found",
            Self::Method => "method_not_allowed",
            Self::Conflict(_) => "conflict",
            Self::KeyHeld => "key_held",
            Self::Undone { .. } => "undone",
            Self::TurnHeld { .. } => "turn_held",
            Self::Stale { .. } => "stale_version",
            Self::TooLarge { .. } | Self::TooLong { .. } => "too_large",
            Self::AnswerTooLarge { .. } => "answer_too_large",
            Self::MediaType => "unsupported_media_type",
            Self::Invalid { .. } => "invalid",
            Self::TooMany { .. } | Self::Occupied { .. } => "too_many_requests",
            Self::TooSlow => "too_slow",
            Self::Unavailable(_) | Self::TimedOut => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    /// The problem document, also used for the items of a batch.
    pub(crate) fn problem(&self) -> Problem {
        let status = self.status();
        let (mut field, mut current_version, mut change_set_id) = (None, None, None);
        match self {
            Self::Invalid { field: name, .. } if !name.is_empty() => field = Some(name.clone()),
            Self::Stale {
                current,
                field: place,
                ..
            } => (current_version, field) = (Some(*current), place.clone()),
            Self::Undone { later } => change_set_id = Some(*later),
            _ => {}
        }
        Problem {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code: self.code(),
            detail: self.to_string(),
            field,
            current_version,
            change_set_id,
        }
    }
}

impl From<Broken> for ApiError {
    fn from(error: Broken) -> Self {
        Self::Internal(error.into())
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        if is_passing(&error) {
            Self::Unavailable(error)
        } else {
            Self::Internal(error.into())
        }
    }
}

/// Whether the database may well answer the same request in a moment.
fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Protocol(_) => true,
        // https://www.postgresql.org/docs/current/errcodes-appendix.html:
        // connection exception, transaction rollback, insufficient resources,
        // operator intervention (shutdown, crash, statement timeout), lock timeout, a
        // transaction that was idle for too long.
        sqlx::Error::Database(database) => database.code().is_some_and(|code| {
            ["08", "40", "53", "57"]
                .iter()
                .any(|class| code.starts_with(class))
                || code == "55P03"
                || code == "25P03"
        }),
        _ => false,
    }
}

/// RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    pub(crate) r#type: &'static str,
    pub(crate) title: &'static str,
    pub(crate) status: u16,
    /// Stable, for programs.
    pub(crate) code: &'static str,
    /// For people.
    pub(crate) detail: String,
    /// The field of the request that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    /// With 412: the version to read before trying again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) current_version: Option<i64>,
    /// With 409 to an undo: the change-set that has undone it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub(crate) change_set_id: Option<ChangeSetId>,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match &self {
            Self::Unavailable(source) => {
                metrics::counter!(telemetry::metrics::FAILURES_TOTAL, "cause" => "database")
                    .increment(1);
                tracing::warn!(error = %source, status = "failure", "database unavailable");
            }
            Self::Internal(source) => {
                metrics::counter!(telemetry::metrics::FAILURES_TOTAL, "cause" => "internal")
                    .increment(1);
                tracing::error!(
                    error = format!("{source:#}"),
                    status = "failure",
                    "request failed"
                );
            }
            _ => {}
        }
        let retry_after = match &self {
            Self::TooMany { retry_after }
            | Self::Occupied { retry_after }
            | Self::GrantSpent { retry_after, .. }
            | Self::TurnHeld { retry_after } => Some(*retry_after),
            Self::Unavailable(_) | Self::TimedOut => Some(1),
            _ => None,
        };
        let mut response = (self.status(), Json(self.problem())).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if matches!(self, Self::Access(auth::Rejection::Unauthorized)) {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // What is left of the body is not read, so the connection cannot be used again.
        if matches!(
            self,
            Self::TooLarge { .. } | Self::TooLong { .. } | Self::TooSlow | Self::Occupied { .. }
        ) {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        // The agent is told what to ask; see `rpc/api.rs`.
        if let Self::NeedsConfirmation(question) = self {
            response.extensions_mut().insert(*question);
        }
        response
    }
}
