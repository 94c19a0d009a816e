//! What a daprd would do, within this process.
//!
//! [`Direct`] is what the apps of a process have in common: who among them serves, where events
//! go, where state is kept. Each app gets its own [`InProcess`] from it. Deliveries run on
//! [`line`]s; what carries them is a [`Broker`].

mod broker;
mod deliver;
mod envelope;
mod line;
mod marks;
mod neighbours;
mod serve;
mod store;

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use events::{Topic, UserId};
use tonic::{Response, Status, transport::Channel};

pub use broker::{BoxError, Broker, Group, Incoming, Record, Source, TooLarge};
pub use deliver::Retries;
pub(crate) use serve::serve;
pub use store::Store;

use crate::{
    CallError, Claim, Message,
    call::call,
    daprd::LOOKUP_DEADLINE,
    publish::{DEADLINE, RAW_DEADLINE, arrived},
    state::Over,
};
use neighbours::Neighbours;

/// What the apps of a process share instead of sidecars.
#[derive(Clone)]
pub struct Direct(Arc<Shared>);

struct Shared {
    broker: Arc<dyn Broker>,
    store: Arc<dyn Store>,
    retries: Retries,
    neighbours: Neighbours,
}

/// What one app has instead of a sidecar. Clones share it.
#[derive(Clone)]
pub struct InProcess {
    app_id: Arc<str>,
    shared: Arc<Shared>,
}

impl Direct {
    pub fn new(broker: Arc<dyn Broker>, store: Arc<dyn Store>, retries: Retries) -> Self {
        Self(Arc::new(Shared {
            broker,
            store,
            retries,
            neighbours: Neighbours::default(),
        }))
    }

    /// For [`SidecarArgs::in_process`](crate::SidecarArgs::in_process) of the app with this app-id.
    pub fn app(&self, app_id: &str) -> InProcess {
        InProcess {
            app_id: app_id.into(),
            shared: Arc::clone(&self.0),
        }
    }
}

impl InProcess {
    pub(crate) fn app_id(&self) -> &str {
        &self.app_id
    }

    /// To another app of this process, by its app-id.
    pub(crate) fn channel(&self, app_id: &str) -> Channel {
        self.shared.neighbours.channel(app_id)
    }

    pub(crate) async fn publish(
        &self,
        topic: Topic,
        messages: &[Message],
    ) -> Result<(), CallError> {
        if messages.is_empty() {
            return Ok(());
        }
        let wrapped = messages
            .iter()
            .map(|message| envelope::wrap(&self.app_id, topic, message))
            .collect::<Result<Vec<_>, _>>();
        let publishing = async {
            let records = wrapped.map_err(|error| Status::invalid_argument(error.to_string()))?;
            answer(self.shared.broker.publish(topic.name(), &records).await)
        };
        call("publish", DEADLINE, publishing).await?;
        arrived(topic, messages.len());
        Ok(())
    }

    pub(crate) async fn publish_raw(
        &self,
        topic: Topic,
        key: Option<UserId>,
        bytes: Vec<u8>,
    ) -> Result<(), CallError> {
        let record = Record {
            key: key.map(|key| key.to_string()),
            value: bytes.into(),
        };
        let publishing =
            async { answer(self.shared.broker.publish(topic.name(), &[record]).await) };
        call("publish", RAW_DEADLINE, publishing).await
    }

    pub(crate) async fn get_state(&self, key: &str) -> Result<Option<(Bytes, String)>, CallError> {
        self.with_store("get", self.shared.store.get(key)).await
    }

    pub(crate) async fn put_state(
        &self,
        key: &str,
        value: &[u8],
        over: Over<'_>,
        ttl: Duration,
    ) -> Result<Claim, CallError> {
        let ttl = ttl.max(Duration::from_secs(1));
        self.with_store("put", self.shared.store.put(key, value, over, ttl))
            .await
    }

    pub(crate) async fn delete_state(&self, key: &str) -> Result<(), CallError> {
        self.with_store("delete", self.shared.store.delete(key))
            .await
    }

    async fn with_store<T>(
        &self,
        name: &'static str,
        work: impl Future<Output = Result<T, BoxError>>,
    ) -> Result<T, CallError> {
        call(name, LOOKUP_DEADLINE, async { answer(work.await) }).await
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InProcess").field(&self.app_id).finish()
    }
}

/// As a sidecar would say it.
fn answer<T>(result: Result<T, BoxError>) -> Result<Response<T>, Status> {
    result
        .map(Response::new)
        .map_err(|error| Status::unavailable(error.to_string()))
}
