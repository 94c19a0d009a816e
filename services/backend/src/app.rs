//! What every handler may use.

use std::{collections::BTreeSet, sync::Arc};

use auth::{KnownUsers, Verifier};
use events::UserId;
use sidecar::Sidecar;
use sqlx::PgPool;
use tokio::sync::Notify;

use crate::{http::rate_limit::RateLimits, write::Turns};

/// Shared by all requests; cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) pool: PgPool,
    pub(crate) verifier: Arc<Verifier>,
    /// Users that exist, remembered for a short time.
    pub(crate) users: Arc<KnownUsers<sqlx::Error>>,
    /// Who may pass the door of `/admin`.
    pub(crate) admins: Arc<BTreeSet<UserId>>,
    pub(crate) limits: Arc<RateLimits>,
    /// Whose turn it is to write.
    pub(crate) turns: Turns,
    pub(crate) sidecar: Sidecar,
    /// Rung after a commit that wrote events, so that the relay need not wait for its poll.
    pub(crate) committed: Arc<Notify>,
}
