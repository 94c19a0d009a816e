//! Who asks, when, and under which correlation id: the first argument of
//! everything that touches data.

use axum::{extract::FromRequestParts, http::request::Parts};
use events::{Actor, ChangeSetId, UserId};
use jiff::Timestamp;

use crate::error::ApiError;

/// Made once a request by [`crate::http::access`], after the token was checked
/// against the path. Without one, no function reaches a row.
#[derive(Clone, Debug)]
pub(crate) struct Ctx {
    pub(crate) user: UserId,
    /// When the token ends; a socket ticket does not outlive it.
    pub(crate) session_expires_at: Timestamp,
    pub(crate) correlation_id: String,
    pub(crate) traceparent: Option<String>,
    /// The time of the request: everything it changes carries the same.
    pub(crate) now: Timestamp,
    /// What this request changes is undone together.
    pub(crate) change_set: ChangeSetId,
    pub(crate) actor: Actor,
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
