//! Who asks, when, and under which correlation id: the first argument of
//! everything that touches data.

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};
use events::{Actor, Cause, ChangeSetId, TokenId, UserId};
use jiff::Timestamp;
use telemetry::trace::TraceContext;
use uuid::Uuid;

use crate::{error::ApiError, token::grant::Grant};

/// Made once a request by [`crate::http::access`], after the token was checked
/// against the path. Without one, no function reaches a row.
#[derive(Clone, Debug)]
pub(crate) struct Ctx {
    pub(crate) user: UserId,
    /// When the token ends; a socket ticket does not outlive it.
    pub(crate) session_expires_at: Timestamp,
    /// The API token that was shown; none in a session.
    pub(crate) token: Option<TokenId>,
    /// What that token is limited to.
    pub(crate) grant: Option<Arc<Grant>>,
    pub(crate) correlation_id: String,
    pub(crate) traceparent: Option<String>,
    /// The time of the request: everything it changes carries the same. Moved on by
    /// [`crate::write::Write::begin`] when the log is ahead of it.
    pub(crate) now: Timestamp,
    /// What this request changes is undone together.
    pub(crate) change_set: ChangeSetId,
    pub(crate) actor: Actor,
    /// Why, where it is not simply asked for.
    pub(crate) cause: Option<Cause>,
    /// What is written is only tried.
    pub(crate) dry_run: bool,
    /// That a tool of the agent's is carried out; none: whoever asks does so in person, or by a
    /// program of their own.
    pub(crate) tool: Option<ByTool>,
}

/// How a tool asks.
#[derive(Clone, Debug)]
pub(crate) struct ByTool {
    pub(crate) agreed: Option<Agreed>,
}

/// What the user has said yes to: to a question with this fingerprint.
#[derive(Clone, Debug)]
pub(crate) enum Agreed {
    /// Between two rounds of MCP.
    Question(String),
    /// In the app.
    Confirmation { id: Uuid, fingerprint: String },
}

impl Ctx {
    /// Of what a service does for somebody who did not ask at that moment.
    pub(crate) fn of_service(user: UserId, correlation_id: String) -> Self {
        let now = telemetry::clock::now();
        Self {
            user,
            session_expires_at: now,
            token: None,
            grant: None,
            correlation_id,
            traceparent: Some(TraceContext::current().to_string()),
            now,
            change_set: ChangeSetId::generate(),
            actor: Actor::System,
            cause: None,
            dry_run: false,
            tool: None,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Ctx {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(ApiError::Access(auth::Rejection::Unauthorized))
    }
}
