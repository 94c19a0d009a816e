//! Stands in for the backend: has things come due, and says what became of what follows.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use proto::v1::{
    ClaimDueRequest, ClaimDueResponse, ListEventsRequest, ListEventsResponse, ListHeadsRequest,
    ListHeadsResponse, ListValidTokensRequest, ListValidTokensResponse, RedeemTicketRequest,
    RedeemTicketResponse, SpawnOccurrencesRequest, SpawnOccurrencesResponse, VerifyTokenRequest,
    VerifyTokenResponse,
    claim_due_response::{Entry, Kind},
    spawn_occurrences_request::Task,
    spawn_occurrences_response::Outcome,
    task_service_server::TaskService,
};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};
use tonic::{Request, Response, Status};
use uuid::Uuid;

/// Far more than any of this takes.
const PATIENCE: Duration = Duration::from_secs(40);

#[derive(Clone, Default)]
pub(crate) struct FakeBackend(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

#[derive(Default)]
pub(crate) struct State {
    due: VecDeque<Entry>,
    /// Handed out, and not to be handed out again before the lease ends.
    pub(crate) leased: Vec<Entry>,
    /// When each claim was made.
    pub(crate) claims: Vec<Instant>,
    /// For how long, in seconds.
    pub(crate) leases: Vec<u32>,
    /// How many tasks each call asked for.
    pub(crate) calls: Vec<usize>,
    /// What becomes of a task; it is made where nothing is said.
    pub(crate) outcomes: HashMap<String, Outcome>,
    /// Calls with these tasks get no answer.
    pub(crate) hanging: Vec<String>,
    /// Calls that are still to fail.
    pub(crate) failing: usize,
    /// Answers that are one outcome short.
    pub(crate) short: usize,
}

impl FakeBackend {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    /// So many occurrences have come due.
    pub(crate) fn have_come_due(&self, count: usize) -> Vec<String> {
        let entries: Vec<Entry> = (0..count).map(|_| entry(Kind::Occurrence)).collect();
        let subjects = entries.iter().map(|entry| entry.subject_id.clone());
        let subjects = subjects.collect();
        self.state().due.extend(entries);
        subjects
    }

    /// So many of one user have come due.
    pub(crate) fn have_come_due_of_one(&self, kind: Kind, count: usize) -> Vec<String> {
        let user_id = Uuid::now_v7().to_string();
        let entries = (0..count).map(|_| Entry {
            user_id: user_id.clone(),
            ..entry(kind)
        });
        let entries: Vec<Entry> = entries.collect();
        let subjects = entries.iter().map(|entry| entry.subject_id.clone());
        let subjects = subjects.collect();
        self.state().due.extend(entries);
        subjects
    }

    /// Something that this version does not know has come due.
    pub(crate) fn has_come_due(&self, kind: Kind) {
        self.state().due.push_back(entry(kind));
    }

    /// The lease ends: what was handed out is due again.
    pub(crate) fn lapse(&self) {
        let mut state = self.state();
        let leased = std::mem::take(&mut state.leased);
        state.due.extend(leased);
    }

    /// Waits until the state is so.
    pub(crate) async fn until(&self, is_so: impl Fn(&State) -> bool) {
        let mut changed = self.0.changed.subscribe();
        let seen = async {
            loop {
                changed.mark_unchanged();
                if is_so(&self.state()) {
                    return;
                }
                changed.changed().await.unwrap();
            }
        };
        timeout(PATIENCE, seen).await.expect("waited in vain");
    }

    fn note(&self) {
        self.0.changed.send_modify(|changes| *changes += 1);
    }

    fn check_presence(&self) -> Result<(), Status> {
        let mut state = self.state();
        if state.failing == 0 {
            return Ok(());
        }
        state.failing -= 1;
        Err(Status::unavailable("restarting"))
    }
}

fn entry(kind: Kind) -> Entry {
    Entry {
        kind: kind.into(),
        user_id: Uuid::now_v7().to_string(),
        subject_id: Uuid::now_v7().to_string(),
        due_at: "2026-11-21T09:00:00Z".to_owned(),
    }
}

fn not_asked<T>() -> Result<Response<T>, Status> {
    Err(Status::invalid_argument("the scheduler does not ask this"))
}

#[tonic::async_trait]
impl TaskService for FakeBackend {
    async fn claim_due(
        &self,
        request: Request<ClaimDueRequest>,
    ) -> Result<Response<ClaimDueResponse>, Status> {
        self.check_presence()?;
        let limit = usize::try_from(request.get_ref().limit).unwrap();
        let entries: Vec<Entry> = {
            let mut state = self.state();
            state.claims.push(Instant::now());
            state.leases.push(request.get_ref().lease_seconds);
            let count = limit.min(state.due.len());
            let entries: Vec<Entry> = state.due.drain(..count).collect();
            state.leased.extend(entries.iter().cloned());
            entries
        };
        self.note();
        Ok(Response::new(ClaimDueResponse { entries }))
    }

    async fn spawn_occurrences(
        &self,
        request: Request<SpawnOccurrencesRequest>,
    ) -> Result<Response<SpawnOccurrencesResponse>, Status> {
        self.check_presence()?;
        let tasks = request.into_inner().tasks;
        let hangs = {
            let mut state = self.state();
            state.calls.push(tasks.len());
            let hangs = |task: &Task| state.hanging.contains(&task.task_id);
            tasks.iter().any(hangs)
        };
        self.note();
        if hangs {
            std::future::pending::<()>().await;
        }
        let mut state = self.state();
        let outcomes = tasks.iter().map(|task| {
            let outcome = state.outcomes.get(&task.task_id).copied();
            outcome.unwrap_or(Outcome::Spawned).into()
        });
        let mut outcomes: Vec<i32> = outcomes.collect();
        if state.short > 0 {
            state.short -= 1;
            outcomes.pop();
        }
        Ok(Response::new(SpawnOccurrencesResponse { outcomes }))
    }

    async fn list_events(
        &self,
        _: Request<ListEventsRequest>,
    ) -> Result<Response<ListEventsResponse>, Status> {
        not_asked()
    }

    async fn list_heads(
        &self,
        _: Request<ListHeadsRequest>,
    ) -> Result<Response<ListHeadsResponse>, Status> {
        not_asked()
    }

    async fn redeem_ticket(
        &self,
        _: Request<RedeemTicketRequest>,
    ) -> Result<Response<RedeemTicketResponse>, Status> {
        not_asked()
    }

    async fn verify_token(
        &self,
        _: Request<VerifyTokenRequest>,
    ) -> Result<Response<VerifyTokenResponse>, Status> {
        not_asked()
    }

    async fn list_valid_tokens(
        &self,
        _: Request<ListValidTokensRequest>,
    ) -> Result<Response<ListValidTokensResponse>, Status> {
        not_asked()
    }
}
