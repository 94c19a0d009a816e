//! Stands in for the backend: hands out what a test gave it, and keeps what it is told.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use events::UserId;
use proto::v1::{
    self, Attempt, ClaimReminderRequest, ClaimReminderResponse, ClaimWebhookRequest,
    ClaimWebhookResponse, Delivery, RecordAttemptRequest, RecordAttemptResponse,
    RecordWebhookRequest, RecordWebhookResponse, StartAttemptRequest, StartAttemptResponse,
    WakeWebhooksRequest, WakeWebhooksResponse, WebhookEvent, delivery::Destination,
    notification_service_server::NotificationService, wake_webhooks_response::Due,
};
use tokio::{sync::watch, time::timeout};
use tonic::{Request, Response, Status};
use uuid::Uuid;

/// Far more than any of this takes.
const PATIENCE: Duration = Duration::from_secs(40);

#[derive(Clone, Default)]
pub(crate) struct FakeBackend(Arc<Inner>);

#[derive(Default)]
struct Inner {
    reminders: Mutex<HashMap<String, ClaimReminderResponse>>,
    /// Deliveries by id, and who has claimed them.
    claims: Mutex<HashMap<String, String>>,
    attempts: Mutex<HashMap<String, Vec<Attempt>>>,
    webhooks: Mutex<HashMap<String, Webhook>>,
    woken: Mutex<Vec<v1::wake_webhooks_request::Published>>,
    wake_calls: AtomicUsize,
    /// Webhooks that were claimed at one time, at most.
    most_claimed: AtomicUsize,
    /// Calls that are still to fail.
    failing: AtomicUsize,
    changed: watch::Sender<u64>,
}

pub(crate) struct Webhook {
    pub(crate) user: UserId,
    pub(crate) url: String,
    pub(crate) secret: String,
    pub(crate) waiting: VecDeque<WebhookEvent>,
    pub(crate) results: Vec<v1::record_webhook_request::Result>,
    claim: Option<String>,
    released: u64,
    /// No claim until the test says so.
    resting: bool,
}

impl FakeBackend {
    /// A reminder that is to be sent to these destinations. Its id, and the deliveries'.
    pub(crate) fn remind(&self, title: &str, to: Vec<Destination>) -> (Uuid, Vec<String>) {
        self.remind_again(title, to, 1, false)
    }

    pub(crate) fn remind_again(
        &self,
        title: &str,
        to: Vec<Destination>,
        attempt: u32,
        may_be_twice: bool,
    ) -> (Uuid, Vec<String>) {
        let deliveries: Vec<Delivery> = to
            .into_iter()
            .map(|destination| Delivery {
                delivery_id: Uuid::now_v7().to_string(),
                attempt,
                may_be_twice,
                destination: Some(destination),
            })
            .collect();
        let ids = deliveries.iter().map(|one| one.delivery_id.clone());
        let ids = ids.collect();
        let reminder = Uuid::now_v7();
        let claim = ClaimReminderResponse {
            deliveries,
            reminder: Some(v1::Reminder {
                task_id: TASK.to_owned(),
                title: title.to_owned(),
                due_text: "Sat 21 Nov 2026, 09:00".to_owned(),
                notification_id: Uuid::now_v7().to_string(),
            }),
        };
        let mut reminders = self.0.reminders.lock().unwrap();
        reminders.insert(reminder.to_string(), claim);
        (reminder, ids)
    }

    /// Takes back the claims on everything.
    pub(crate) fn lapse(&self) {
        self.0.claims.lock().unwrap().clear();
    }

    /// The next so many calls fail, as while it restarts.
    pub(crate) fn fail(&self, calls: usize) {
        self.0.failing.store(calls, Ordering::SeqCst);
    }

    /// Waits until this delivery has had an attempt.
    pub(crate) async fn attempt(&self, delivery: &str) -> Attempt {
        self.until(|inner| {
            inner
                .attempts
                .lock()
                .unwrap()
                .get(delivery)?
                .first()
                .cloned()
        })
        .await
    }

    pub(crate) fn attempts(&self, delivery: &str) -> Vec<Attempt> {
        let attempts = self.0.attempts.lock().unwrap();
        attempts.get(delivery).cloned().unwrap_or_default()
    }

    /// Registers a webhook.
    pub(crate) fn webhook(&self, user: UserId, url: &str, secret: &str) -> Uuid {
        let id = Uuid::now_v7();
        let webhook = Webhook {
            user,
            url: url.to_owned(),
            secret: secret.to_owned(),
            waiting: VecDeque::new(),
            results: Vec::new(),
            claim: None,
            released: 0,
            resting: false,
        };
        let mut webhooks = self.0.webhooks.lock().unwrap();
        webhooks.insert(id.to_string(), webhook);
        id
    }

    /// An event for the webhook that is in the log and not yet delivered.
    pub(crate) fn append(&self, webhook: Uuid, seq: u64) -> WebhookEvent {
        let event_id = Uuid::now_v7().to_string();
        let event = WebhookEvent {
            body: format!(r#"{{"event_id":"{event_id}","seq":{seq},"title":"Milk & honey"}}"#),
            event_id,
            seq,
            may_be_twice: false,
        };
        self.edit(webhook, |webhook| webhook.waiting.push_back(event.clone()));
        event
    }

    pub(crate) fn edit<T>(&self, webhook: Uuid, edit: impl FnOnce(&mut Webhook) -> T) -> T {
        let mut webhooks = self.0.webhooks.lock().unwrap();
        edit(webhooks.get_mut(&webhook.to_string()).unwrap())
    }

    /// The time until the next attempt is over.
    pub(crate) fn rested(&self, webhook: Uuid) {
        self.edit(webhook, |webhook| webhook.resting = false);
    }

    /// Waits for so many results of the webhook.
    pub(crate) async fn results(
        &self,
        webhook: Uuid,
        count: usize,
    ) -> Vec<v1::record_webhook_request::Result> {
        self.until(|inner| {
            let webhooks = inner.webhooks.lock().unwrap();
            let results = &webhooks[&webhook.to_string()].results;
            (results.len() >= count).then(|| results.clone())
        })
        .await
    }

    /// Waits until so many webhooks were given back without a result, and says how many were
    /// claimed at one time.
    pub(crate) async fn most_claimed(&self, released: usize) -> usize {
        self.until(|inner| {
            let webhooks = inner.webhooks.lock().unwrap();
            let count = webhooks.values().filter(|webhook| webhook.released > 0);
            (count.count() >= released).then_some(())
        })
        .await;
        self.0.most_claimed.load(Ordering::SeqCst)
    }

    /// The events it was told of, and in how many calls.
    pub(crate) fn woken(&self) -> (Vec<v1::wake_webhooks_request::Published>, usize) {
        let woken = self.0.woken.lock().unwrap().clone();
        (woken, self.0.wake_calls.load(Ordering::SeqCst))
    }

    async fn until<T>(&self, look: impl Fn(&Inner) -> Option<T>) -> T {
        let mut changed = self.0.changed.subscribe();
        let seen = async {
            loop {
                changed.mark_unchanged();
                if let Some(found) = look(&self.0) {
                    return found;
                }
                changed.changed().await.unwrap();
            }
        };
        timeout(PATIENCE, seen).await.expect("waited in vain")
    }

    fn answer<T>(&self, answer: T) -> Response<T> {
        self.0.changed.send_modify(|changes| *changes += 1);
        Response::new(answer)
    }

    fn check_presence(&self) -> Result<(), Status> {
        let fewer = |calls: usize| calls.checked_sub(1);
        let failing = &self.0.failing;
        match failing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer) {
            Ok(_) => Err(Status::unavailable("restarting")),
            Err(_) => Ok(()),
        }
    }
}

/// The task of every reminder.
pub(crate) const TASK: &str = "0199c0de-0000-7000-8000-000000000001";

/// What a call is about is said twice, for Dapr's policies and for the reader of a log.
fn checked<T>(request: Request<T>, user: impl Fn(&T) -> &str) -> T {
    let on_behalf_of = request.metadata().get("x-user-id").cloned();
    let request = request.into_inner();
    assert_eq!(on_behalf_of.unwrap(), user(&request));
    request
}

#[tonic::async_trait]
impl NotificationService for FakeBackend {
    async fn claim_reminder(
        &self,
        request: Request<ClaimReminderRequest>,
    ) -> Result<Response<ClaimReminderResponse>, Status> {
        self.check_presence()?;
        let request = checked(request, |request| &request.user_id);
        let mut reminders = self.0.reminders.lock().unwrap();
        let claimed = reminders.remove(&request.reminder_id).unwrap_or_default();
        let mut claims = self.0.claims.lock().unwrap();
        for delivery in &claimed.deliveries {
            claims.insert(delivery.delivery_id.clone(), request.claim_id.clone());
        }
        Ok(self.answer(claimed))
    }

    async fn start_attempt(
        &self,
        request: Request<StartAttemptRequest>,
    ) -> Result<Response<StartAttemptResponse>, Status> {
        self.check_presence()?;
        let request = checked(request, |request| &request.user_id);
        let claims = self.0.claims.lock().unwrap();
        let go = claims.get(&request.delivery_id) == Some(&request.claim_id);
        Ok(self.answer(StartAttemptResponse { go }))
    }

    async fn record_attempt(
        &self,
        request: Request<RecordAttemptRequest>,
    ) -> Result<Response<RecordAttemptResponse>, Status> {
        self.check_presence()?;
        let request = checked(request, |request| &request.user_id);
        let mut attempts = self.0.attempts.lock().unwrap();
        let attempts = attempts.entry(request.delivery_id).or_default();
        attempts.push(request.attempt.unwrap());
        Ok(self.answer(RecordAttemptResponse {}))
    }

    async fn wake_webhooks(
        &self,
        request: Request<WakeWebhooksRequest>,
    ) -> Result<Response<WakeWebhooksResponse>, Status> {
        self.check_presence()?;
        let events = request.into_inner().events;
        self.0.wake_calls.fetch_add(1, Ordering::SeqCst);
        let webhooks = self.0.webhooks.lock().unwrap();
        let due = webhooks
            .iter()
            .filter(|(_, webhook)| {
                let user = webhook.user.to_string();
                !webhook.resting && events.iter().any(|event| event.user_id == user)
            })
            .map(|(id, webhook)| Due {
                user_id: webhook.user.to_string(),
                webhook_id: id.clone(),
            })
            .collect();
        self.0.woken.lock().unwrap().extend(events);
        Ok(self.answer(WakeWebhooksResponse { webhooks: due }))
    }

    async fn claim_webhook(
        &self,
        request: Request<ClaimWebhookRequest>,
    ) -> Result<Response<ClaimWebhookResponse>, Status> {
        self.check_presence()?;
        let request = checked(request, |request| &request.user_id);
        let mut webhooks = self.0.webhooks.lock().unwrap();
        let webhook = webhooks.get_mut(&request.webhook_id).unwrap();
        if webhook.claim.is_some() || webhook.resting {
            return Ok(self.answer(ClaimWebhookResponse::default()));
        }
        let events: Vec<_> = webhook.waiting.iter().take(2).cloned().collect();
        webhook.claim = (!events.is_empty()).then_some(request.claim_id);
        let answer = ClaimWebhookResponse {
            url: webhook.url.clone(),
            secret: webhook.secret.clone(),
            events,
            lease_seconds: 30,
        };
        let claimed = webhooks.values().filter(|webhook| webhook.claim.is_some());
        let most = &self.0.most_claimed;
        most.fetch_max(claimed.count(), Ordering::SeqCst);
        Ok(self.answer(answer))
    }

    async fn record_webhook(
        &self,
        request: Request<RecordWebhookRequest>,
    ) -> Result<Response<RecordWebhookResponse>, Status> {
        self.check_presence()?;
        let request = checked(request, |request| &request.user_id);
        let mut webhooks = self.0.webhooks.lock().unwrap();
        let webhook = webhooks.get_mut(&request.webhook_id).unwrap();
        assert_eq!(webhook.claim.take(), Some(request.claim_id));
        webhook.released += u64::from(request.results.is_empty());
        for result in request.results {
            let attempt = result.attempt.as_ref().unwrap();
            if attempt.outcome() == v1::attempt::Outcome::Accepted {
                let delivered = webhook.waiting.pop_front().unwrap();
                assert_eq!(delivered.seq, result.seq, "in order and from the first");
            } else {
                webhook.resting = true;
            }
            webhook.results.push(result);
        }
        let more = !webhook.waiting.is_empty() && !webhook.resting;
        Ok(self.answer(RecordWebhookResponse { more }))
    }
}
