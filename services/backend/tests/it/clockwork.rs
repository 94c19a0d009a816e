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
    Attempt, ClaimDueRequest, ClaimReminderRequest, ClaimReminderResponse, ClaimWebhookRequest,
    ClaimWebhookResponse, RecordAttemptRequest, RecordWebhookRequest, SpawnOccurrencesRequest,
    StartAttemptRequest, WebhookEvent, attempt,
    claim_due_response::{Entry, Kind},
    notification_service_server::NotificationService,
    record_webhook_request::Result as Tried,
    spawn_occurrences_request::Task,
    spawn_occurrences_response::Outcome,
    task_service_server::TaskService,
};
use serde_json::Value;
use sqlx::PgPool;
use telemetry::clock;
use testing::{Client, Site};
use tower::ServiceExt;
use uuid::Uuid;

use crate::desk;

/// Longer than any simulation.
const SESSION: i64 = 100 * 365 * 86_400;

/// Two replicas of a backend in this process, with a clock of their own.
pub(crate) struct Clockwork<T> {
    rest: Router,
    service: T,
    notifications: Box<dyn NotificationService>,
    pub(crate) site: Site,
}

pub(crate) async fn open(pool: &PgPool) -> Clockwork<impl TaskService + use<>> {
    // Why an occurrence was not made is said nowhere else. Another test may have asked for it.
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::ERROR);
    let _ = log.with_test_writer().try_init();
    Clockwork {
        rest: backend::rest(desk::config(), pool.clone()).unwrap(),
        service: backend::task_service(&desk::config(), pool.clone()).unwrap(),
        notifications: Box::new(
            backend::notification_service(&desk::config(), pool.clone()).unwrap(),
        ),
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
        let outcomes = self.try_spawn(now, tasks).await;
        for undone in [Outcome::Failed, Outcome::PutOff] {
            assert!(!outcomes.contains(&undone), "{outcomes:?}");
        }
        outcomes
    }

    pub(crate) async fn try_spawn(&self, now: Timestamp, tasks: Vec<Task>) -> Vec<Outcome> {
        let request = SpawnOccurrencesRequest { tasks };
        let spawned = self.service.spawn_occurrences(as_scheduler(request));
        let spawned = clock::at(now, spawned).await.unwrap();
        spawned.into_inner().outcomes().collect()
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

    /// What of the person has come due of a kind, as a trigger of the scheduler tells it.
    pub(crate) async fn due(&self, kind: Kind) -> Vec<Entry> {
        let mut entries = self.clockwork.claim(self.now, 1_000).await;
        let user = self.client.user.to_string();
        entries.retain(|entry| entry.kind() == kind && entry.user_id == user);
        entries
    }

    /// Claims a reminder for the notifier.
    pub(crate) async fn claim_reminder(&self, entry: &Entry) -> (String, ClaimReminderResponse) {
        let claim_id = Uuid::new_v4().to_string();
        let request = ClaimReminderRequest {
            user_id: entry.user_id.clone(),
            reminder_id: entry.subject_id.clone(),
            claim_id: claim_id.clone(),
            due_at: entry.due_at.clone(),
        };
        let service = &self.clockwork.notifications;
        let claimed = clock::at(self.now, service.claim_reminder(as_notifier(request)));
        (claim_id, claimed.await.unwrap().into_inner())
    }

    /// Sends what has come due of reminders, each attempt with this outcome; the ids of what was
    /// sent.
    pub(crate) async fn remind(&self, outcome: attempt::Outcome) -> Vec<String> {
        self.send(&self.due(Kind::Reminder).await, outcome).await
    }

    pub(crate) async fn send(&self, due: &[Entry], outcome: attempt::Outcome) -> Vec<String> {
        let mut sent = Vec::new();
        for entry in due {
            let (claim_id, claimed) = self.claim_reminder(entry).await;
            for delivery in claimed.deliveries {
                let start = StartAttemptRequest {
                    user_id: entry.user_id.clone(),
                    delivery_id: delivery.delivery_id.clone(),
                    claim_id: claim_id.clone(),
                };
                let record = RecordAttemptRequest {
                    user_id: entry.user_id.clone(),
                    delivery_id: delivery.delivery_id.clone(),
                    claim_id: claim_id.clone(),
                    attempt: Some(Attempt {
                        outcome: outcome.into(),
                        ..Attempt::default()
                    }),
                };
                let service = &self.clockwork.notifications;
                let started = service.start_attempt(as_notifier(start));
                let started = clock::at(self.now, started).await.unwrap();
                assert!(started.into_inner().go);
                let recorded = service.record_attempt(as_notifier(record));
                clock::at(self.now, recorded).await.unwrap();
                sent.push(delivery.delivery_id);
            }
        }
        sent
    }

    /// Claims a webhook for the notifier.
    pub(crate) async fn claim_webhook(&self, id: &str) -> (String, ClaimWebhookResponse) {
        let claim_id = Uuid::new_v4().to_string();
        let request = ClaimWebhookRequest {
            user_id: self.client.user.to_string(),
            webhook_id: id.to_owned(),
            claim_id: claim_id.clone(),
        };
        let service = &self.clockwork.notifications;
        let claimed = clock::at(self.now, service.claim_webhook(as_notifier(request)));
        (claim_id, claimed.await.unwrap().into_inner())
    }

    /// Tells what became of the first events of a claim. Of none: it is given back, as if there
    /// had been no time for it.
    pub(crate) async fn record_webhook(
        &self,
        id: &str,
        claim_id: String,
        tried: &[(&WebhookEvent, attempt::Outcome)],
    ) {
        let results = tried.iter().map(|(event, outcome)| Tried {
            event_id: event.event_id.clone(),
            seq: event.seq,
            attempt: Some(Attempt {
                outcome: (*outcome).into(),
                ..Attempt::default()
            }),
        });
        let request = RecordWebhookRequest {
            user_id: self.client.user.to_string(),
            webhook_id: id.to_owned(),
            claim_id,
            results: results.collect(),
        };
        let service = &self.clockwork.notifications;
        let recorded = service.record_webhook(as_notifier(request));
        clock::at(self.now, recorded).await.unwrap();
    }

    /// What a calendar program with this token gets.
    pub(crate) async fn calendar(&self, token: &str) -> (StatusCode, String) {
        let request = Request::builder()
            .uri(format!("/calendar.ics?token={token}"))
            .extension(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
        let request = request.body(Body::empty()).unwrap();
        let answer = self.clockwork.rest.clone().oneshot(request);
        let answer = clock::at(self.now, answer).await.unwrap();
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    /// A round of the backend's housekeeping.
    pub(crate) async fn tidy(&self, pool: &PgPool) {
        clock::at(self.now, backend::tidy(pool)).await.unwrap();
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
    called_by("taskflow-scheduler", message)
}

fn as_notifier<R>(message: R) -> tonic::Request<R> {
    called_by("taskflow-notifier", message)
}

fn called_by<R>(app_id: &str, message: R) -> tonic::Request<R> {
    let mut request = tonic::Request::new(message);
    let app_id = app_id.parse().unwrap();
    request.metadata_mut().insert("dapr-caller-app-id", app_id);
    request
}
