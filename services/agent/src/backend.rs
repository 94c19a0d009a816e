//! What is asked of the backend: REST in the caller's name, and the conversations it keeps for us.

mod ask;
mod conversations;
mod identities;

pub use ask::{Answer, Ask, Problem};
pub use conversations::{Claim, Turn, Which};

use std::time::Duration;

use bytes::Bytes;
use proto::v1::{
    self, api_service_client::ApiServiceClient,
    conversation_service_client::ConversationServiceClient,
};
use sidecar::Reachability;
use telemetry::health::Health;
use tokio::time::timeout;
use tonic::{Code, Request, Response, Status, body::Body};
use tower::{BoxError, Service, ServiceExt, util::BoxCloneSyncService};

use self::identities::Identities;

/// Longer than the backend lets any request take; it also covers the time until a connection
/// stands.
const DEADLINE: Duration = Duration::from_secs(25);

/// The largest answer, by the contract, and some room for its frame.
const MAX_ANSWER: usize = 4 << 20;

type Transport = BoxCloneSyncService<http::Request<Body>, http::Response<Body>, Status>;

/// A handle to the backend. Clones share it.
#[derive(Clone)]
pub struct Backend {
    api: ApiServiceClient<Transport>,
    conversations: ConversationServiceClient<Transport>,
    identities: Identities,
    reachability: Reachability,
}

/// Why there is no answer, or not the one that was hoped for.
#[derive(Clone, Debug, thiserror::Error)]
pub enum BackendError {
    /// The backend's own words.
    #[error("{0}")]
    Refused(Box<Problem>),
    /// Nothing was done: the user must say yes first.
    #[error("the user must say yes first")]
    Asks(Box<v1::Question>),
    #[error("TaskFlow cannot be reached: {:?}", .0.code())]
    Unreachable(#[source] Box<Status>),
    #[error("TaskFlow cannot answer this: {:?}", .0.code())]
    Unanswerable(#[source] Box<Status>),
    #[error("TaskFlow's answer has a malformed {0}")]
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
        let transport = BoxCloneSyncService::new(transport);
        Self {
            api: ApiServiceClient::new(transport.clone()).max_decoding_message_size(MAX_ANSWER),
            conversations: ConversationServiceClient::new(transport)
                .max_decoding_message_size(MAX_ANSWER),
            identities: Identities::default(),
            reachability: Reachability::new(health),
        }
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

impl From<Problem> for BackendError {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }
}

/// With a deadline that travels along: without one the sidecar's own, which is shorter, would
/// count.
fn within_deadline<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(DEADLINE);
    request
}

/// The outcome of a call that the backend may refuse in the words of REST.
fn unless_refused(refused: Option<v1::Answer>) -> Result<(), BackendError> {
    match refused {
        Some(answer) => Err(Problem::read(&answer).into()),
        None => Ok(()),
    }
}

fn parse<T: std::str::FromStr>(text: &str, field: &'static str) -> Result<T, BackendError> {
    text.parse().map_err(|_| BackendError::Malformed(field))
}
