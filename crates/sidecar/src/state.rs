//! Small values with an expiry that all apps share.

use std::time::Duration;

use bytes::Bytes;

use crate::{CallError, client::Means};

/// The state store.
///
/// Everything in it expires, to the second: it saves work, it is never the record.
#[derive(Clone)]
pub struct State(pub(crate) Means);

/// A version of a value. Opaque.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Etag(String);

/// Whether a conditional write was the one that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    Won,
    /// Somebody else wrote before.
    Lost,
}

/// What a write replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over<'a> {
    /// Whatever is there, if anything.
    Anything,
    /// Only nothing; what has expired is nothing.
    Nothing,
    /// Only this version.
    Version(&'a str),
}

impl State {
    /// The value and its version; `None` when there is none or it expired.
    pub async fn get(&self, key: &str) -> Result<Option<(Bytes, Etag)>, CallError> {
        let found = match &self.0 {
            Means::Daprd(daprd) => daprd.get_state(key).await?,
            Means::InProcess(here) => here.get_state(key).await?,
        };
        Ok(found.map(|(value, etag)| (value, Etag(etag))))
    }

    /// Writes, whatever was there.
    pub async fn put(&self, key: &str, value: Bytes, ttl: Duration) -> Result<(), CallError> {
        self.put_over(key, value, Over::Anything, ttl)
            .await
            .map(drop)
    }

    /// Writes only where nothing is: of all who try, one wins until `ttl` has passed.
    pub async fn claim(&self, key: &str, value: Bytes, ttl: Duration) -> Result<Claim, CallError> {
        self.put_over(key, value, Over::Nothing, ttl).await
    }

    /// Writes only over the version that was read.
    pub async fn put_if(
        &self,
        key: &str,
        value: Bytes,
        etag: Etag,
        ttl: Duration,
    ) -> Result<Claim, CallError> {
        self.put_over(key, value, Over::Version(&etag.0), ttl).await
    }

    /// Removes the value; no error if there is none.
    pub async fn delete(&self, key: &str) -> Result<(), CallError> {
        match &self.0 {
            Means::Daprd(daprd) => daprd.delete_state(key).await,
            Means::InProcess(here) => here.delete_state(key).await,
        }
    }

    /// Writes many, whatever was there.
    pub(crate) async fn put_many(
        &self,
        values: &[(String, Vec<u8>)],
        ttl: Duration,
    ) -> Result<(), CallError> {
        match &self.0 {
            Means::Daprd(daprd) => daprd.put_states(values, ttl).await,
            Means::InProcess(here) => {
                for (key, value) in values {
                    here.put_state(key, value, Over::Anything, ttl).await?;
                }
                Ok(())
            }
        }
    }

    async fn put_over(
        &self,
        key: &str,
        value: Bytes,
        over: Over<'_>,
        ttl: Duration,
    ) -> Result<Claim, CallError> {
        match &self.0 {
            Means::Daprd(daprd) => daprd.put_state(key, &value, over, ttl).await,
            Means::InProcess(here) => here.put_state(key, &value, over, ttl).await,
        }
    }
}
