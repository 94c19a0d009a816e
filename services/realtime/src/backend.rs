//! What is asked of the backend, the owner of the log.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use auth::Actor;
use bytes::Bytes;
use events::{Notice, NoticeData, TokenId, UserId};
use jiff::Timestamp;
use proto::v1::{self, task_service_client::TaskServiceClient};
use sidecar::Reachability;
use telemetry::{grpc::USER_ID, health::Health};
use tokio::{sync::Semaphore, time::timeout};
use tonic::{Code, Request, Response, Status, body::Body, metadata::AsciiMetadataValue};
use tower::{BoxError, Service, ServiceExt, util::BoxCloneSyncService};

use crate::{frame::Frame, position::Page};

/// Events in a page: enough to make the round trip cheap, few enough to be sent in one go.
const PAGE: u32 = 500;

/// Users or tokens in one question, by the contract.
pub const AT_ONCE: usize = 10_000;

/// A call that takes longer has failed; it also covers the time until a connection stands.
const DEADLINE: Duration = Duration::from_secs(5);

/// Calls at a time: when everybody reconnects at once, the rest waits here.
const CONCURRENCY: usize = 64;

type Transport = BoxCloneSyncService<http::Request<Body>, http::Response<Body>, Status>;

/// A handle to the backend's `TaskService`. Clones share it.
#[derive(Clone)]
pub struct Backend {
    client: TaskServiceClient<Transport>,
    calls: Arc<Semaphore>,
    reachability: Reachability,
}

/// A call failed.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    #[error("there is no such user")]
    UnknownUser,
    #[error("the ticket or token is unknown, used up, revoked or expired")]
    Refused,
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
            calls: Arc::new(Semaphore::new(CONCURRENCY)),
            reachability: Reachability::new(health),
        }
    }

    /// The user's events after a cursor, oldest first, and the log's head.
    pub async fn page(&self, user: UserId, after: u64) -> Result<Page, BackendError> {
        let request = v1::ListEventsRequest {
            user_id: user.to_string(),
            after,
            limit: PAGE,
        };
        let mut client = self.client.clone();
        let log = self
            .call(client.list_events(on_behalf_of(user, request)))
            .await?;
        read(log)
    }

    /// The newest cursor of a user.
    pub async fn head(&self, user: UserId) -> Result<u64, BackendError> {
        let heads = self.heads(&[user]).await?;
        heads.get(&user).copied().ok_or(BackendError::UnknownUser)
    }

    /// The newest cursors of up to [`AT_ONCE`] users; those that do not exist are left out.
    pub async fn heads(&self, users: &[UserId]) -> Result<HashMap<UserId, u64>, BackendError> {
        let request = v1::ListHeadsRequest {
            user_ids: users.iter().map(UserId::to_string).collect(),
        };
        let mut client = self.client.clone();
        let answer = self.call(client.list_heads(request)).await?;
        let heads = answer.heads.into_iter();
        heads
            .map(|head| Ok((parse(&head.user_id, "user_id")?, head.seq)))
            .collect()
    }

    /// Uses up a ticket. With it mostly comes what its connection asks for first: a page of the
    /// user's log after `since`, or its head.
    pub async fn redeem(
        &self,
        ticket: String,
        since: Option<u64>,
    ) -> Result<(Actor, Option<Page>), BackendError> {
        let mut client = self.client.clone();
        let request = v1::RedeemTicketRequest {
            ticket,
            after: since,
            limit: PAGE,
        };
        let session = self.call(client.redeem_ticket(request)).await?;
        if session.user_id.is_empty() {
            return Err(BackendError::Refused);
        }
        let actor = Actor {
            user_id: parse(&session.user_id, "user_id")?,
            expires_at: Timestamp::from_second(session.session_expires_at)
                .map_err(|_| BackendError::Malformed("session_expires_at"))?,
            token: match session.token_id.as_str() {
                "" => None,
                id => Some(parse(id, "token_id")?),
            },
        };
        // What cannot be read is asked for again, and then complained of.
        Ok((actor, session.log.and_then(|log| read(log).ok())))
    }

    /// Whose an API token is.
    pub async fn verify(&self, token: String) -> Result<Actor, BackendError> {
        let mut client = self.client.clone();
        let request = v1::VerifyTokenRequest { token };
        let verified = self.call(client.verify_token(request)).await?;
        if verified.user_id.is_empty() {
            return Err(BackendError::Refused);
        }
        Ok(Actor {
            user_id: parse(&verified.user_id, "user_id")?,
            expires_at: Timestamp::from_second(verified.expires_at)
                .map_err(|_| BackendError::Malformed("expires_at"))?,
            token: Some(parse(&verified.token_id, "token_id")?),
        })
    }

    /// Which of up to [`AT_ONCE`] API tokens are valid still.
    pub async fn valid_tokens(&self, tokens: &[TokenId]) -> Result<HashSet<TokenId>, BackendError> {
        let request = v1::ListValidTokensRequest {
            token_ids: tokens.iter().map(TokenId::to_string).collect(),
        };
        let mut client = self.client.clone();
        let answer = self.call(client.list_valid_tokens(request)).await?;
        let valid = answer.token_ids.iter();
        valid.map(|id| parse(id, "token_ids")).collect()
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

fn on_behalf_of<T>(user: UserId, message: T) -> Request<T> {
    let mut request = Request::new(message);
    if let Ok(user) = AsciiMetadataValue::try_from(user.to_string()) {
        request.metadata_mut().insert(USER_ID, user);
    }
    request
}

fn read(log: v1::ListEventsResponse) -> Result<Page, BackendError> {
    if log.no_such_user {
        return Err(BackendError::UnknownUser);
    }
    let frames = log.notices.into_iter().map(frame);
    Ok(Page {
        frames: frames.collect::<Result<_, _>>()?,
        head: log.head,
    })
}

fn frame(notice: v1::Notice) -> Result<Arc<Frame>, BackendError> {
    let notice = Notice {
        data: NoticeData {
            event_id: parse(&notice.event_id, "event_id")?,
            seq: notice.seq,
            task_id: parse(&notice.aggregate_id, "aggregate_id")?,
            version: notice.version,
            changed: notice.changed,
            correlation_id: notice.correlation_id,
        },
        event_type: notice.event_type,
        timestamp: parse(&notice.timestamp, "timestamp")?,
    };
    Frame::of(notice)
        .map(Arc::new)
        .map_err(|_| BackendError::Malformed("notice"))
}

fn parse<T: std::str::FromStr>(text: &str, field: &'static str) -> Result<T, BackendError> {
    text.parse().map_err(|_| BackendError::Malformed(field))
}
