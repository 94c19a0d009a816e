//! Everything a connection needs.

use auth::Verifier;
use axum::http::HeaderValue;
use tokio_util::task::TaskTracker;

use crate::{backend::Backend, config::Limits, hub::Hub, refused::Refused};

/// Shared by all connections of the process.
pub struct Gateway {
    pub hub: Hub,
    pub backend: Backend,
    pub verifier: Verifier,
    /// Origins whose pages may connect.
    pub origins: Vec<HeaderValue>,
    pub limits: Limits,
    /// Proxies in front that append to `X-Forwarded-For`.
    pub trusted_proxies: usize,
    pub refused: Refused,
    /// Open connections, to be waited for when stopping.
    pub connections: TaskTracker,
}
