//! Somebody whose time is ours to say, and what a scheduler does for them.

use std::net::SocketAddr;

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode},
};
use http_body_util::BodyExt;
use jiff::{Span, Timestamp, ToSpan};
use proto::v1::{
    ClaimDueRequest, SpawnOccurrencesRequest, claim_due_response::Entry,
    spawn_occurrences_request::Task, spawn_occurrences_response::Outcome,
    task_service_server::TaskService,
};
use serde_json::Value;
use sqlx::PgPool;
use telemetry::clock;
use testing::{Client, Site};
use tower::ServiceExt;

use crate::desk;

/// Longer than any simulation.
const SESSION: i64 = 100 * 365 * 86_400;

/// Two replicas of a backend in this process, with a clock of their own.
pub(crate) struct Clockwork<T> {
    rest: Router,
    service: T,
    pub(crate) site: Site,
}

pub(crate) async fn open(pool: &PgPool) -> Clockwork<impl TaskService + use<>> {
    Clockwork {
        rest: backend::rest(desk::config(), pool.clone()).unwrap(),
        service: backend::task_service(&desk::config(), pool.clone()).unwrap(),
        site: desk::open(pool).await,
    }
}

pub(crate) struct Person<'a, T> {
    pub(crate) clockwork: &'a Clockwork<T>,
    pub(crate) client: Client,
    pub(crate) now: Timestamp,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) change_set: Option<String>,
    pub(crate) body: Value,
}

impl<T: TaskService> Clockwork<T> {
    pub(crate) async fn sign_up(&self) -> Person<'_, T> {
        let client = self.site.sign_up().await.unwrap();
        let token = self.site.signer.token_for(client.user, SESSION).unwrap();
        Person {
            clockwork: self,
            client: client.with_token(Some(token)),
            // Times within a stream never go back, and the account is of today.
            now: clock::now() + 1.hours(),
        }
    }

    /// What has come due of everybody.
    pub(crate) async fn claim(&self, now: Timestamp, limit: u32) -> Vec<Entry> {
        let request = ClaimDueRequest {
            limit,
            lease_seconds: 30,
        };
        let claimed = self.service.claim_due(as_scheduler(request));
        let claimed = clock::at(now, claimed).await.unwrap();
        claimed.into_inner().entries
    }

    pub(crate) async fn spawn(&self, now: Timestamp, tasks: Vec<Task>) -> Vec<Outcome> {
        let request = SpawnOccurrencesRequest { tasks };
        let spawned = self.service.spawn_occurrences(as_scheduler(request));
        let spawned = clock::at(now, spawned).await.unwrap();
        let outcomes: Vec<_> = spawned.into_inner().outcomes().collect();
        assert!(!outcomes.contains(&Outcome::Failed));
        outcomes
    }
}

impl<T: TaskService> Person<'_, T> {
    pub(crate) async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let uri = format!("/api/{}{path}", self.client.user);
        let token = self.client.token.as_deref().unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .extension(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = request.body(body).unwrap();
        let answer = self.clockwork.rest.clone().oneshot(request);
        let answer = clock::at(self.now, answer).await.unwrap();
        let header = answer.headers().get("x-change-set-id");
        let change_set = header.map(|value| value.to_str().unwrap().to_owned());
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        Answer {
            status,
            change_set,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
        }
    }

    /// What must be carried out.
    pub(crate) async fn get(&self, path: &str) -> Value {
        self.ask("GET", path, None).await.good(path)
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        self.ask("POST", path, Some(body)).await.good(path)
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Value {
        self.ask("PATCH", path, Some(body)).await.good(path)
    }

    /// Completes a task; gives the change-set.
    pub(crate) async fn complete(&self, id: &str) -> String {
        let path = format!("/tasks/{id}/complete");
        let body = serde_json::json!({"completed": true});
        let answer = self.ask("PATCH", &path, Some(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.change_set.unwrap_or_default()
    }

    /// Hands a completion to the scheduler.
    pub(crate) async fn spawn(&self, id: &str) -> Outcome {
        let outcomes = self.clockwork.spawn(self.now, vec![self.task(id)]).await;
        outcomes[0]
    }

    pub(crate) fn task(&self, id: &str) -> Task {
        Task {
            user_id: self.client.user.to_string(),
            task_id: id.to_owned(),
            correlation_id: "simulated".to_owned(),
        }
    }

    /// All tasks, deleted or not, in order of their making.
    pub(crate) async fn tasks(&self) -> Vec<Value> {
        let mut tasks = Vec::new();
        let mut cursor = String::new();
        loop {
            let path =
                format!("/tasks?limit=200&sort=created_at&order=asc&include_deleted=true{cursor}");
            let mut page = self.get(&path).await;
            tasks.append(page["items"].as_array_mut().unwrap());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return tasks,
            }
        }
    }

    pub(crate) fn pass(&mut self, time: Span) {
        self.now = self.now.checked_add(time).unwrap();
    }
}

impl Answer {
    fn good(self, path: &str) -> Value {
        assert!(
            self.status.is_success(),
            "{path}: {} {}",
            self.status,
            self.body
        );
        self.body
    }
}

fn as_scheduler<R>(message: R) -> tonic::Request<R> {
    let mut request = tonic::Request::new(message);
    let app_id = "taskflow-scheduler".parse().unwrap();
    request.metadata_mut().insert("dapr-caller-app-id", app_id);
    request
}
