//! Small values with an expiry that all apps share.

use std::{collections::HashMap, time::Duration};

use bytes::Bytes;
use dapr::dapr::proto::{
    common::v1::{
        self as common, StateItem, StateOptions,
        state_options::{StateConcurrency, StateConsistency},
    },
    runtime::v1::{DeleteStateRequest, GetStateRequest, SaveStateRequest},
};
use tonic::Code;

use crate::{
    CallError, STATE,
    call::{call, within},
    client::{Client, LOOKUP_DEADLINE},
};

/// The state store of `dapr/components/statestore.yaml`.
///
/// Everything in it expires, to the second: it saves work, it is never the record.
#[derive(Clone)]
pub struct State(Client);

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

impl State {
    pub(crate) fn new(client: Client) -> Self {
        Self(client)
    }

    /// The value and its version; `None` when there is none or it expired.
    pub async fn get(&self, key: &str) -> Result<Option<(Bytes, Etag)>, CallError> {
        let request = GetStateRequest {
            store_name: STATE.to_owned(),
            key: key.to_owned(),
            consistency: StateConsistency::ConsistencyStrong.into(),
            metadata: HashMap::new(),
        };
        let mut client = self.0.clone();
        let reply = client.get_state(within(LOOKUP_DEADLINE, request));
        let found = call("GetState", LOOKUP_DEADLINE, reply).await?;
        // A missing key is an answer without data and without version.
        Ok((!found.etag.is_empty()).then(|| (found.data.into(), Etag(found.etag))))
    }

    /// Writes, whatever was there.
    pub async fn put(&self, key: &str, value: Bytes, ttl: Duration) -> Result<(), CallError> {
        self.save(vec![item(key, &value, ttl)]).await
    }

    /// Writes only where nothing is: of all who try, one wins until `ttl` has passed.
    pub async fn claim(&self, key: &str, value: Bytes, ttl: Duration) -> Result<Claim, CallError> {
        let item = StateItem {
            options: Some(first_write()),
            ..item(key, &value, ttl)
        };
        won(self.save(vec![item]).await)
    }

    /// Writes only over the version that was read.
    pub async fn put_if(
        &self,
        key: &str,
        value: Bytes,
        etag: Etag,
        ttl: Duration,
    ) -> Result<Claim, CallError> {
        let item = StateItem {
            etag: Some(common::Etag { value: etag.0 }),
            options: Some(first_write()),
            ..item(key, &value, ttl)
        };
        won(self.save(vec![item]).await)
    }

    /// Removes the value; no error if there is none.
    pub async fn delete(&self, key: &str) -> Result<(), CallError> {
        let request = DeleteStateRequest {
            store_name: STATE.to_owned(),
            key: key.to_owned(),
            etag: None,
            options: None,
            metadata: HashMap::new(),
        };
        let mut client = self.0.clone();
        let reply = client.delete_state(within(LOOKUP_DEADLINE, request));
        call("DeleteState", LOOKUP_DEADLINE, reply).await
    }

    pub(crate) async fn save(&self, states: Vec<StateItem>) -> Result<(), CallError> {
        let request = SaveStateRequest {
            store_name: STATE.to_owned(),
            states,
        };
        let mut client = self.0.clone();
        let reply = client.save_state(within(LOOKUP_DEADLINE, request));
        call("SaveState", LOOKUP_DEADLINE, reply).await
    }
}

pub(crate) fn item(key: &str, value: &[u8], ttl: Duration) -> StateItem {
    let seconds = ttl.as_secs().max(1).to_string();
    StateItem {
        key: key.to_owned(),
        value: value.to_vec(),
        metadata: HashMap::from([("ttlInSeconds".to_owned(), seconds)]),
        ..StateItem::default()
    }
}

fn first_write() -> StateOptions {
    StateOptions {
        concurrency: StateConcurrency::ConcurrencyFirstWrite.into(),
        consistency: StateConsistency::ConsistencyStrong.into(),
    }
}

fn won(saved: Result<(), CallError>) -> Result<Claim, CallError> {
    match saved {
        Ok(()) => Ok(Claim::Won),
        Err(error) if lost(&error) => Ok(Claim::Lost),
        Err(error) => Err(error),
    }
}

fn lost(error: &CallError) -> bool {
    // state.postgresql says a lost insert as Internal instead of Aborted.
    let insert_lost = || error.status().message().contains("no item was updated");
    match error.code() {
        Code::Aborted => true,
        Code::Internal => insert_lost(),
        _ => false,
    }
}
