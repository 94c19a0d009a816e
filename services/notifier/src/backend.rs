//! What is asked of the backend, the keeper of the ledger.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use events::UserId;
use proto::v1::{self, notification_service_client::NotificationServiceClient};
use sidecar::Reachability;
use telemetry::{grpc::USER_ID, health::Health};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, timeout},
};
use tonic::{Code, Request, Response, Status, body::Body, metadata::AsciiMetadataValue};
use tower::{BoxError, Service, ServiceExt, util::BoxCloneSyncService};

/// A call that takes longer has failed; it also covers the time until a connection stands.
const DEADLINE: Duration = Duration::from_secs(5);

/// Calls at a time: after an outage the rest waits here.
const CONCURRENCY: usize = 64;

/// For how long an outcome is reported again, and how often: what is known must not become
/// unknown because the backend restarts.
const PERSISTENCE: Duration = Duration::from_mins(1);
const REPEAT_AFTER: Duration = Duration::from_secs(1);

type Transport = BoxCloneSyncService<http::Request<Body>, http::Response<Body>, Status>;

/// A handle to the backend's `NotificationService`. Clones share it.
#[derive(Clone)]
pub struct Backend {
    client: NotificationServiceClient<Transport>,
    calls: Arc<Semaphore>,
    reachability: Reachability,
}

/// A call failed.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    #[error("the backend cannot be reached: {:?}", .0.code())]
    Unreachable(#[source] Box<Status>),
    #[error("the backend cannot answer this: {:?}", .0.code())]
    Unanswerable(#[source] Box<Status>),
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
            client: NotificationServiceClient::new(BoxCloneSyncService::new(transport)),
            calls: Arc::new(Semaphore::new(CONCURRENCY)),
            reachability: Reachability::new(health),
        }
    }

    pub async fn claim_reminder(
        &self,
        user: UserId,
        request: v1::ClaimReminderRequest,
    ) -> Result<v1::ClaimReminderResponse, BackendError> {
        let mut client = self.client.clone();
        self.call(client.claim_reminder(on_behalf_of(user, request)))
            .await
    }

    /// Whether to send.
    pub async fn start_attempt(
        &self,
        user: UserId,
        request: v1::StartAttemptRequest,
    ) -> Result<bool, BackendError> {
        let mut client = self.client.clone();
        let answer = self.call(client.start_attempt(on_behalf_of(user, request)));
        Ok(answer.await?.go)
    }

    /// Comes back when the outcome is recorded, or cannot be.
    pub async fn record_attempt(
        &self,
        user: UserId,
        request: v1::RecordAttemptRequest,
    ) -> Result<(), BackendError> {
        let report = || {
            let mut client = self.client.clone();
            let request = on_behalf_of(user, request.clone());
            self.call(async move { client.record_attempt(request).await })
        };
        self.persist(report).await.map(drop)
    }

    /// The webhooks that can run now.
    pub async fn wake_webhooks(
        &self,
        events: Vec<v1::wake_webhooks_request::Published>,
    ) -> Result<Vec<v1::wake_webhooks_response::Due>, BackendError> {
        let mut client = self.client.clone();
        let request = v1::WakeWebhooksRequest { events };
        Ok(self.call(client.wake_webhooks(request)).await?.webhooks)
    }

    pub async fn claim_webhook(
        &self,
        user: UserId,
        request: v1::ClaimWebhookRequest,
    ) -> Result<v1::ClaimWebhookResponse, BackendError> {
        let mut client = self.client.clone();
        self.call(client.claim_webhook(on_behalf_of(user, request)))
            .await
    }

    /// Comes back when the outcome is recorded, or cannot be. Whether more can be claimed.
    pub async fn record_webhook(
        &self,
        user: UserId,
        request: v1::RecordWebhookRequest,
    ) -> Result<bool, BackendError> {
        let report = || {
            let mut client = self.client.clone();
            let request = on_behalf_of(user, request.clone());
            self.call(async move { client.record_webhook(request).await })
        };
        Ok(self.persist(report).await?.more)
    }

    async fn persist<T, Reply>(&self, report: impl Fn() -> Reply) -> Result<T, BackendError>
    where
        Reply: Future<Output = Result<T, BackendError>>,
    {
        let until = Instant::now() + PERSISTENCE;
        loop {
            match report().await {
                Err(BackendError::Unreachable(_)) if Instant::now() < until => {
                    sleep(REPEAT_AFTER).await;
                }
                answer => return answer,
            }
        }
    }

    async fn call<T>(
        &self,
        reply: impl Future<Output = Result<Response<T>, Status>>,
    ) -> Result<T, BackendError> {
        let _permit = self.calls.acquire().await;
        let reply = timeout(DEADLINE, reply)
            .await
            .unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer in time")));
        match reply {
            Ok(answer) => {
                self.reachability.note_reachable();
                Ok(answer.into_inner())
            }
            Err(status) => match status.code() {
                Code::InvalidArgument | Code::PermissionDenied => {
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

fn on_behalf_of<T>(user: UserId, message: T) -> Request<T> {
    let mut request = Request::new(message);
    if let Ok(user) = AsciiMetadataValue::try_from(user.to_string()) {
        request.metadata_mut().insert(USER_ID, user);
    }
    request
}
