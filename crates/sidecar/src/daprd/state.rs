//! The state store of `dapr/components/statestore.yaml`, through the sidecar.

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

use super::{Connection, LOOKUP_DEADLINE};
use crate::{
    CallError, Claim, STATE,
    call::{call, within},
    state::Over,
};

impl Connection {
    pub(crate) async fn get_state(&self, key: &str) -> Result<Option<(Bytes, String)>, CallError> {
        let request = GetStateRequest {
            store_name: STATE.to_owned(),
            key: key.to_owned(),
            consistency: StateConsistency::ConsistencyStrong.into(),
            metadata: HashMap::new(),
        };
        let mut client = self.client();
        let reply = client.get_state(within(LOOKUP_DEADLINE, request));
        let found = call("GetState", LOOKUP_DEADLINE, reply).await?;
        // A missing key is an answer without data and without version.
        Ok((!found.etag.is_empty()).then(|| (found.data.into(), found.etag)))
    }

    pub(crate) async fn put_state(
        &self,
        key: &str,
        value: &[u8],
        over: Over<'_>,
        ttl: Duration,
    ) -> Result<Claim, CallError> {
        let item = item(key, value, ttl);
        let item = match over {
            Over::Anything => return self.save(vec![item]).await.map(|()| Claim::Won),
            Over::Nothing => StateItem {
                options: Some(first_write()),
                ..item
            },
            Over::Version(etag) => StateItem {
                etag: Some(common::Etag {
                    value: etag.to_owned(),
                }),
                options: Some(first_write()),
                ..item
            },
        };
        match self.save(vec![item]).await {
            Ok(()) => Ok(Claim::Won),
            Err(error) if lost(&error) => Ok(Claim::Lost),
            Err(error) => Err(error),
        }
    }

    /// Writes many at once, whatever was there.
    pub(crate) async fn put_states(
        &self,
        values: &[(String, Vec<u8>)],
        ttl: Duration,
    ) -> Result<(), CallError> {
        let items = values.iter().map(|(key, value)| item(key, value, ttl));
        self.save(items.collect()).await
    }

    pub(crate) async fn delete_state(&self, key: &str) -> Result<(), CallError> {
        let request = DeleteStateRequest {
            store_name: STATE.to_owned(),
            key: key.to_owned(),
            etag: None,
            options: None,
            metadata: HashMap::new(),
        };
        let mut client = self.client();
        let reply = client.delete_state(within(LOOKUP_DEADLINE, request));
        call("DeleteState", LOOKUP_DEADLINE, reply).await
    }

    async fn save(&self, states: Vec<StateItem>) -> Result<(), CallError> {
        let request = SaveStateRequest {
            store_name: STATE.to_owned(),
            states,
        };
        let mut client = self.client();
        let reply = client.save_state(within(LOOKUP_DEADLINE, request));
        call("SaveState", LOOKUP_DEADLINE, reply).await
    }
}

fn item(key: &str, value: &[u8], ttl: Duration) -> StateItem {
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

fn lost(error: &CallError) -> bool {
    // state.postgresql says a lost insert as Internal instead of Aborted.
    let insert_lost = || error.status().message().contains("no item was updated");
    match error.code() {
        Code::Aborted => true,
        Code::Internal => insert_lost(),
        _ => false,
    }
}
