//! What every handler may use.

use std::sync::Arc;

use auth::{KnownUsers, Verifier};
use sqlx::PgPool;
use tokio::sync::Notify;

use crate::http::rate_limit::RateLimits;

/// Shared by all requests; cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) pool: PgPool,
    pub(crate) verifier: Arc<Verifier>,
    /// Users that exist, remembered for a short time.
    pub(crate) users: Arc<KnownUsers<sqlx::Error>>,
    pub(crate) limits: Arc<RateLimits>,
    /// Rung after a commit that wrote events, so that the relay need not wait for its poll.
    pub(crate) committed: Arc<Notify>,
}
