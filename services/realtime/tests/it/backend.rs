//! Stands in for the backend: its log, its tickets and tokens, its absence.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use events::{
    Actor, Change, ChangeSetId, Event, EventId, Notice, Payload, TaskChanged, TaskChanges, TokenId,
    UserChanged, UserId,
};
use jiff::Timestamp;
use proto::v1::{
    self, ClaimDueRequest, ClaimDueResponse, ListEventsRequest, ListEventsResponse,
    ListHeadsRequest, ListHeadsResponse, ListValidTokensRequest, ListValidTokensResponse,
    RedeemTicketRequest, RedeemTicketResponse, SpawnOccurrencesRequest, SpawnOccurrencesResponse,
    VerifyTokenRequest, VerifyTokenResponse, list_heads_response::Head,
    task_service_server::TaskService,
};
use telemetry::clock;
use tokio::sync::watch;
use tonic::{Request, Response, Status};
use uuid::Uuid;

/// Never on the wire to clients.
pub(crate) const TITLE: &str = "Buy a ring, tell nobody";

#[derive(Clone, Default)]
pub(crate) struct FakeBackend(Arc<Inner>);

#[derive(Default)]
struct Inner {
    users: Mutex<HashMap<UserId, Log>>,
    tickets: Mutex<HashMap<String, auth::Actor>>,
    /// API tokens that are valid, by their text.
    tokens: Mutex<HashMap<String, auth::Actor>>,
    away: AtomicBool,
    corrupt: AtomicBool,
    refused: watch::Sender<u64>,
    meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

#[derive(Default)]
struct Log {
    head: u64,
    events: BTreeMap<u64, Event>,
}

impl FakeBackend {
    pub(crate) fn add_user(&self) -> UserId {
        let user = UserId::generate();
        self.0.users.lock().unwrap().insert(user, Log::default());
        user
    }

    pub(crate) fn remove_user(&self, user: UserId) {
        self.0.users.lock().unwrap().remove(&user);
    }

    /// Writes an event to the log.
    pub(crate) fn write(&self, user: UserId) -> Event {
        let changes = TaskChanges {
            title: Change::between(String::new(), TITLE.to_owned()),
            ..TaskChanges::default()
        };
        self.append(user, Payload::TaskUpdated(TaskChanged { changes }))
    }

    /// Writes an event of about 10 KiB.
    pub(crate) fn write_large(&self, user: UserId) -> Event {
        let update = UserChanged {
            changed: (0..1_000).map(|n| format!("field{n:05}")).collect(),
            ..UserChanged::default()
        };
        self.append(user, Payload::UserUpdated(update))
    }

    pub(crate) fn append(&self, user: UserId, payload: Payload) -> Event {
        let mut users = self.0.users.lock().unwrap();
        let log = users.get_mut(&user).unwrap();
        log.head += 1;
        let event = Event {
            id: EventId::generate(),
            user_id: user,
            timestamp: clock::now(),
            aggregate_id: Uuid::now_v7(),
            version: 1,
            seq: log.head,
            schema: events::SCHEMA,
            correlation_id: format!("correlation-{}", log.head),
            causation_id: None,
            actor: Actor::User,
            change_set_id: ChangeSetId::generate(),
            cause: None,
            payload,
        };
        log.events.insert(log.head, event.clone());
        event
    }

    /// Loses events, as no log should.
    pub(crate) fn forget(&self, user: UserId, seqs: impl IntoIterator<Item = u64>) {
        let mut users = self.0.users.lock().unwrap();
        let log = users.get_mut(&user).unwrap();
        for seq in seqs {
            log.events.remove(&seq);
        }
    }

    /// Goes back to an earlier state, as after restoring a backup.
    pub(crate) fn set_back(&self, user: UserId, head: u64) {
        let mut users = self.0.users.lock().unwrap();
        let log = users.get_mut(&user).unwrap();
        log.head = head;
        log.events.retain(|seq, _| *seq <= head);
    }

    pub(crate) fn ticket(&self, user: UserId, session_expires_at: i64) -> String {
        self.ticket_for(auth::Actor {
            user_id: user,
            expires_at: Timestamp::from_second(session_expires_at).unwrap(),
            token: None,
        })
    }

    /// The ticket that an API token asked for.
    pub(crate) fn ticket_by(&self, token: &str) -> String {
        let program = self.0.tokens.lock().unwrap()[token];
        self.ticket_for(program)
    }

    fn ticket_for(&self, actor: auth::Actor) -> String {
        let ticket = format!("{:A<43}", Uuid::new_v4().simple().to_string());
        let mut tickets = self.0.tickets.lock().unwrap();
        tickets.insert(ticket.clone(), actor);
        ticket
    }

    /// A new API token.
    pub(crate) fn token(&self, user: UserId, expires_at: i64) -> String {
        let id = TokenId::generate();
        let token = format!("tf_{:A<43}", id.0.simple().to_string());
        let program = auth::Actor {
            user_id: user,
            expires_at: Timestamp::from_second(expires_at).unwrap(),
            token: Some(id),
        };
        self.0.tokens.lock().unwrap().insert(token.clone(), program);
        token
    }

    pub(crate) fn revoke(&self, token: &str) {
        self.0.tokens.lock().unwrap().remove(token);
    }

    /// Answers nothing but "unavailable" from now on, or no longer.
    pub(crate) fn away(&self, away: bool) {
        self.0.away.store(away, Ordering::SeqCst);
    }

    /// Has logs that cannot be read from now on.
    pub(crate) fn corrupt(&self) {
        self.0.corrupt.store(true, Ordering::SeqCst);
    }

    /// Does something between reading the log for the next ticket and the answer.
    pub(crate) fn meanwhile(&self, happen: impl FnOnce() + Send + 'static) {
        *self.0.meanwhile.lock().unwrap() = Some(Box::new(happen));
    }

    fn log(&self, user: UserId, after: Option<u64>, limit: u32) -> ListEventsResponse {
        let users = self.0.users.lock().unwrap();
        let Some(log) = users.get(&user) else {
            return ListEventsResponse {
                no_such_user: true,
                ..ListEventsResponse::default()
            };
        };
        let after = after.map(|after| log.events.range(after.saturating_add(1)..));
        ListEventsResponse {
            notices: after
                .into_iter()
                .flatten()
                .take(limit as usize)
                .map(|(_, event)| on_the_wire(event))
                .collect(),
            head: log.head,
            no_such_user: false,
        }
    }

    /// Waits until somebody asked in vain.
    pub(crate) async fn was_missed(&self) {
        let mut refused = self.0.refused.subscribe();
        refused.wait_for(|count| *count > 0).await.unwrap();
    }

    fn check_presence(&self) -> Result<(), Status> {
        if self.0.away.load(Ordering::SeqCst) {
            self.0.refused.send_modify(|count| *count += 1);
            return Err(Status::unavailable("away"));
        }
        Ok(())
    }
}

fn on_the_wire(event: &Event) -> v1::Notice {
    let Notice {
        event_type,
        data,
        timestamp,
    } = Notice::of(event);
    v1::Notice {
        event_id: data.event_id.to_string(),
        event_type,
        seq: data.seq,
        aggregate_id: data.task_id.to_string(),
        version: data.version,
        changed: data.changed,
        timestamp: timestamp.to_string(),
        correlation_id: data.correlation_id,
    }
}

#[tonic::async_trait]
impl TaskService for FakeBackend {
    async fn claim_due(
        &self,
        _: Request<ClaimDueRequest>,
    ) -> Result<Response<ClaimDueResponse>, Status> {
        Err(Status::permission_denied("the scheduler's"))
    }

    async fn spawn_occurrences(
        &self,
        _: Request<SpawnOccurrencesRequest>,
    ) -> Result<Response<SpawnOccurrencesResponse>, Status> {
        Err(Status::permission_denied("the scheduler's"))
    }

    async fn list_events(
        &self,
        request: Request<ListEventsRequest>,
    ) -> Result<Response<ListEventsResponse>, Status> {
        self.check_presence()?;
        if self.0.corrupt.load(Ordering::SeqCst) {
            return Err(Status::data_loss("corrupt"));
        }
        let on_behalf_of = request.metadata().get("x-user-id").cloned();
        let request = request.into_inner();
        assert_eq!(on_behalf_of.unwrap(), request.user_id.as_str());
        let user = request.user_id.parse().unwrap();
        let log = self.log(user, Some(request.after), request.limit);
        Ok(Response::new(log))
    }

    async fn list_heads(
        &self,
        request: Request<ListHeadsRequest>,
    ) -> Result<Response<ListHeadsResponse>, Status> {
        self.check_presence()?;
        let users = self.0.users.lock().unwrap();
        let asked: HashSet<UserId> = request
            .into_inner()
            .user_ids
            .iter()
            .map(|id| id.parse().unwrap())
            .collect();
        let heads = users.iter().filter(|(user, _)| asked.contains(user));
        Ok(Response::new(ListHeadsResponse {
            heads: heads
                .map(|(user, log)| Head {
                    user_id: user.to_string(),
                    seq: log.head,
                })
                .collect(),
        }))
    }

    async fn redeem_ticket(
        &self,
        request: Request<RedeemTicketRequest>,
    ) -> Result<Response<RedeemTicketResponse>, Status> {
        self.check_presence()?;
        let request = request.into_inner();
        let redeemed = self.0.tickets.lock().unwrap().remove(&request.ticket);
        let Some(session) = redeemed else {
            return Ok(Response::new(RedeemTicketResponse::default()));
        };
        let is_readable = !self.0.corrupt.load(Ordering::SeqCst);
        let log = || self.log(session.user_id, request.after, request.limit);
        let redeemed = RedeemTicketResponse {
            user_id: session.user_id.to_string(),
            session_expires_at: session.expires_at.as_second(),
            token_id: session.token.map(|id| id.to_string()).unwrap_or_default(),
            log: is_readable.then(log),
        };
        if let Some(happen) = self.0.meanwhile.lock().unwrap().take() {
            happen();
        }
        Ok(Response::new(redeemed))
    }

    async fn verify_token(
        &self,
        request: Request<VerifyTokenRequest>,
    ) -> Result<Response<VerifyTokenResponse>, Status> {
        self.check_presence()?;
        let tokens = self.0.tokens.lock().unwrap();
        Ok(Response::new(
            match tokens.get(&request.into_inner().token) {
                Some(program) => VerifyTokenResponse {
                    user_id: program.user_id.to_string(),
                    token_id: program.token.unwrap().to_string(),
                    expires_at: program.expires_at.as_second(),
                },
                None => VerifyTokenResponse::default(),
            },
        ))
    }

    async fn list_valid_tokens(
        &self,
        request: Request<ListValidTokensRequest>,
    ) -> Result<Response<ListValidTokensResponse>, Status> {
        self.check_presence()?;
        let tokens = self.0.tokens.lock().unwrap();
        let valid: HashSet<String> = tokens
            .values()
            .map(|program| program.token.unwrap().to_string())
            .collect();
        let asked = request.into_inner().token_ids.into_iter();
        Ok(Response::new(ListValidTokensResponse {
            token_ids: asked.filter(|id| valid.contains(id)).collect(),
        }))
    }
}
