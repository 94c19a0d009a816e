//! What keeps state where there is no sidecar.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::BoxError;
use crate::{Claim, state::Over};

/// Values with versions, each gone when its time is over.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// A value and its version.
    async fn get(&self, key: &str) -> Result<Option<(Bytes, String)>, BoxError>;

    /// Writes, and makes a new version, if what is there is what shall be replaced.
    async fn put(
        &self,
        key: &str,
        value: &[u8],
        over: Over<'_>,
        ttl: Duration,
    ) -> Result<Claim, BoxError>;

    async fn delete(&self, key: &str) -> Result<(), BoxError>;
}
