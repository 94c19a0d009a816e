//! What every handler may use.

use std::{collections::BTreeSet, sync::Arc};

use auth::{KnownUsers, Verifier};
use events::UserId;
use sidecar::Sidecar;
use sqlx::PgPool;
use tokio::sync::Notify;

use crate::{
    http::{place::Places, rate_limit::RateLimits},
    write::Turns,
};

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
    /// Events that a log may have which is imported.
    pub(crate) import_events: u64,
    /// Places for files that are taken in.
    pub(crate) imports: Places,
    /// Places for those who ask how all of an account was.
    pub(crate) look_backs: Places,
    pub(crate) sidecar: Sidecar,
    /// What browsers subscribe to web push with; none: there is no web push.
    pub(crate) push_key: Option<Arc<str>>,
    /// Whether webhooks and push subscriptions may do without TLS.
    pub(crate) allow_http: bool,
    /// Rung after a commit that wrote events, so that the relay need not wait for its poll.
    pub(crate) committed: Arc<Notify>,
}
