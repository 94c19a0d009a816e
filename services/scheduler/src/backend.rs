//! What is asked of the backend, which knows what is due and makes what follows.

use std::time::Duration;

use bytes::Bytes;
use events::{Trigger, TriggerType};
use proto::v1::{
    self,
    claim_due_response::{Entry, Kind},
    spawn_occurrences_request::Task,
    spawn_occurrences_response::Outcome,
    task_service_client::TaskServiceClient,
};
use sidecar::Reachability;
use telemetry::{correlation::CorrelationId, health::Health};
use tokio::time::timeout;
use tonic::{Code, Response, Status, body::Body};
use tower::{BoxError, Service, ServiceExt, util::BoxCloneSyncService};
use uuid::Uuid;

/// Entries of one claim and tasks of one request, by the contract.
pub const AT_ONCE: usize = 1_000;

/// A call that takes longer has failed; it also covers the time until a connection stands.
const DEADLINE: Duration = Duration::from_secs(10);

type Transport = BoxCloneSyncService<http::Request<Body>, http::Response<Body>, Status>;

/// A handle to the backend's `TaskService`. Clones share it.
#[derive(Clone)]
pub struct Backend {
    client: TaskServiceClient<Transport>,
    reachability: Reachability,
}

/// A call failed.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    #[error("the backend cannot be reached: {:?}", .0.code())]
    Unreachable(#[source] Box<Status>),
    #[error("the backend cannot answer this: {:?}", .0.code())]
    Unanswerable(#[source] Box<Status>),
    #[error("the backend's answer has a malformed {0}")]
    Malformed(&'static str),
}

impl Backend {
    /// Calls through `transport`, and reports on `health` whether that works.
    pub fn new<T, B>(transport: T, health: Health) -> Self
    where
        T: Service<http::Request<Body>, Response = http::Response<B>>,
        T: Clone + Send + Sync + 'static,
        T::Error: Into<BoxError>,
        T::Future: Send + 'static,
        B: tonic::codegen::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let transport = transport
            .map_response(|response| response.map(Body::new))
            .map_err(|error| Status::from_error(error.into()));
        Self {
            client: TaskServiceClient::new(BoxCloneSyncService::new(transport)),
            reachability: Reachability::new(health),
        }
    }

    /// Takes on up to [`AT_ONCE`] things that have come due; fewer when there are no more.
    pub async fn claim(&self, lease_seconds: u32) -> Result<Vec<Trigger>, BackendError> {
        let request = v1::ClaimDueRequest {
            limit: u32::try_from(AT_ONCE).unwrap_or_default(),
            lease_seconds,
        };
        let mut client = self.client.clone();
        let claimed = self.call(client.claim_due(request)).await?;
        // What nobody can read must not hold up the rest.
        let readable = claimed.entries.iter().filter_map(|entry| {
            let read = trigger(entry);
            read.inspect_err(|error| tracing::error!(%error, "Passed over what has come due"))
                .ok()
        });
        Ok(readable.collect())
    }

    /// Asks for what follows up to [`AT_ONCE`] tasks; says for each what became of it, in order.
    pub async fn spawn(&self, tasks: Vec<Task>) -> Result<Vec<Outcome>, BackendError> {
        let count = tasks.len();
        let request = v1::SpawnOccurrencesRequest { tasks };
        let mut client = self.client.clone();
        let spawned = self.call(client.spawn_occurrences(request)).await?;
        if spawned.outcomes.len() != count {
            return Err(BackendError::Malformed("number of outcomes"));
        }
        Ok(spawned.outcomes().collect())
    }

    async fn call<T>(
        &self,
        reply: impl Future<Output = Result<Response<T>, Status>>,
    ) -> Result<T, BackendError> {
        let reply = timeout(DEADLINE, reply)
            .await
            .unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer in time")));
        match reply {
            Ok(answer) => {
                self.reachability.note_reachable();
                Ok(answer.into_inner())
            }
            Err(status) => match status.code() {
                Code::InvalidArgument | Code::DataLoss => {
                    Err(BackendError::Unanswerable(Box::new(status)))
                }
                _ => {
                    self.reachability.note_unreachable(status.code());
                    Err(BackendError::Unreachable(Box::new(status)))
                }
            },
        }
    }
}

fn trigger(entry: &Entry) -> Result<Trigger, BackendError> {
    let trigger_type = match entry.kind() {
        Kind::Occurrence => TriggerType::Occurrence,
        Kind::Reminder => TriggerType::Reminder,
        Kind::Webhook => TriggerType::Webhook,
        Kind::Unspecified => return Err(BackendError::Malformed("kind")),
    };
    Ok(Trigger {
        trigger_id: Uuid::now_v7(),
        trigger_type,
        user_id: parse(&entry.user_id, "user_id")?,
        subject_id: parse(&entry.subject_id, "subject_id")?,
        others: Vec::new(),
        due_at: parse(&entry.due_at, "due_at")?,
        correlation_id: CorrelationId::new().into(),
    })
}

fn parse<T: std::str::FromStr>(text: &str, field: &'static str) -> Result<T, BackendError> {
    text.parse().map_err(|_| BackendError::Malformed(field))
}
