//! `NotificationService`: what the notifier may ask.

use events::{ReminderId, UserId};
use jiff::SignedDuration;
use proto::v1::{
    self, ClaimReminderRequest, ClaimReminderResponse, ClaimWebhookRequest, ClaimWebhookResponse,
    RecordAttemptRequest, RecordAttemptResponse, RecordWebhookRequest, RecordWebhookResponse,
    StartAttemptRequest, StartAttemptResponse, WakeWebhooksRequest, WakeWebhooksResponse,
    notification_service_server::NotificationService, record_webhook_request,
};
use tonic::{Request, Response, Status};

use super::{admit, unavailable, uuid};
use crate::{
    app::App,
    ctx::Ctx,
    error::ApiError,
    reminder::{
        claim::{self, Wanted},
        outcome,
        progress::{Attempt, Outcome},
    },
    webhook::{self, due::Published, outcome::Tried},
};

/// The app-id that may call.
const NOTIFIER: &str = "taskflow-notifier";

/// Events of one request.
const MAX_EVENTS: usize = 1_000;

/// What is shown of a reason.
const MAX_WHY: usize = 500;

pub(crate) struct Notifications(pub(crate) App);

#[tonic::async_trait]
impl NotificationService for Notifications {
    async fn claim_reminder(
        &self,
        request: Request<ClaimReminderRequest>,
    ) -> Result<Response<ClaimReminderResponse>, Status> {
        admit(&request, NOTIFIER)?;
        let ctx = ctx(&request, &request.get_ref().user_id)?;
        let request = request.into_inner();
        let wanted = Wanted {
            reminder: ReminderId(uuid(&request.reminder_id)?),
            due_at: request
                .due_at
                .parse()
                .map_err(|_| Status::invalid_argument("`due_at` is no time"))?,
            claim_id: uuid(&request.claim_id)?,
        };
        answer(claim::claim(&self.0, ctx, wanted).await)
    }

    async fn start_attempt(
        &self,
        request: Request<StartAttemptRequest>,
    ) -> Result<Response<StartAttemptResponse>, Status> {
        admit(&request, NOTIFIER)?;
        let ctx = ctx(&request, &request.get_ref().user_id)?;
        let request = request.into_inner();
        let (delivery, claim) = (uuid(&request.delivery_id)?, uuid(&request.claim_id)?);
        let go = outcome::start(&self.0, ctx, delivery, claim).await;
        answer(go.map(|go| StartAttemptResponse { go }))
    }

    async fn record_attempt(
        &self,
        request: Request<RecordAttemptRequest>,
    ) -> Result<Response<RecordAttemptResponse>, Status> {
        admit(&request, NOTIFIER)?;
        let ctx = ctx(&request, &request.get_ref().user_id)?;
        let request = request.into_inner();
        let (delivery, claim) = (uuid(&request.delivery_id)?, uuid(&request.claim_id)?);
        let (attempt, is_gone) = attempt(request.attempt)?;
        let recorded = outcome::record(&self.0, ctx, delivery, claim, attempt, is_gone).await;
        answer(recorded.map(|()| RecordAttemptResponse {}))
    }

    async fn wake_webhooks(
        &self,
        request: Request<WakeWebhooksRequest>,
    ) -> Result<Response<WakeWebhooksResponse>, Status> {
        admit(&request, NOTIFIER)?;
        let events = request.into_inner().events;
        if events.len() > MAX_EVENTS {
            return Err(Status::invalid_argument("more than 1,000 events"));
        }
        let events = events
            .into_iter()
            .map(|event| {
                Ok(Published {
                    user: uuid(&event.user_id)?,
                    event_type: event.event_type,
                    seq: i64::try_from(event.seq).unwrap_or(i64::MAX),
                })
            })
            .collect::<Result<Vec<_>, Status>>()?;
        let due = webhook::due::wake(&self.0.pool, &events, telemetry::clock::now());
        let due = due.await.map_err(unavailable)?;
        let webhooks = due.into_iter().map(|due| v1::wake_webhooks_response::Due {
            user_id: due.user.to_string(),
            webhook_id: due.webhook.to_string(),
        });
        Ok(Response::new(WakeWebhooksResponse {
            webhooks: webhooks.collect(),
        }))
    }

    async fn claim_webhook(
        &self,
        request: Request<ClaimWebhookRequest>,
    ) -> Result<Response<ClaimWebhookResponse>, Status> {
        admit(&request, NOTIFIER)?;
        let ctx = ctx(&request, &request.get_ref().user_id)?;
        let request = request.into_inner();
        let (id, claim) = (uuid(&request.webhook_id)?, uuid(&request.claim_id)?);
        answer(webhook::claim::claim(&self.0, &ctx, id, claim).await)
    }

    async fn record_webhook(
        &self,
        request: Request<RecordWebhookRequest>,
    ) -> Result<Response<RecordWebhookResponse>, Status> {
        admit(&request, NOTIFIER)?;
        let ctx = ctx(&request, &request.get_ref().user_id)?;
        let request = request.into_inner();
        let (id, claim) = (uuid(&request.webhook_id)?, uuid(&request.claim_id)?);
        let results = request
            .results
            .into_iter()
            .map(tried)
            .collect::<Result<Vec<_>, Status>>()?;
        let more = webhook::outcome::record(&self.0, ctx, id, claim, results).await;
        answer(more.map(|more| RecordWebhookResponse { more }))
    }
}

fn ctx<T>(request: &Request<T>, user: &str) -> Result<Ctx, Status> {
    let user = UserId(uuid(user)?);
    let correlation_id = sidecar::caller(request).correlation_id;
    Ok(Ctx::of_service(user, correlation_id.into()))
}

fn tried(result: record_webhook_request::Result) -> Result<Tried, Status> {
    let (attempt, is_gone) = attempt(result.attempt)?;
    Ok(Tried {
        event_id: uuid(&result.event_id)?,
        seq: i64::try_from(result.seq).unwrap_or(i64::MAX),
        attempt,
        is_gone,
    })
}

/// How an attempt ended, and whether the destination is no more.
fn attempt(attempt: Option<v1::Attempt>) -> Result<(Attempt, bool), Status> {
    let attempt = attempt.ok_or_else(|| Status::invalid_argument("no attempt"))?;
    let outcome = match attempt.outcome() {
        v1::attempt::Outcome::Accepted => Outcome::Accepted,
        v1::attempt::Outcome::FailedRetry => Outcome::FailedRetry,
        v1::attempt::Outcome::FailedForGood => Outcome::FailedForGood,
        v1::attempt::Outcome::Unknown => Outcome::Unknown,
        v1::attempt::Outcome::Unspecified => {
            return Err(Status::invalid_argument("an attempt without an outcome"));
        }
    };
    let is_gone = attempt.destination_gone;
    // Postgres has no U+0000.
    let why: String = attempt
        .why
        .chars()
        .filter(|c| *c != '\0')
        .take(MAX_WHY)
        .collect();
    let attempt = Attempt {
        outcome,
        why: Some(why).filter(|why| !why.is_empty()),
        retry_after: SignedDuration::from_secs(i64::from(attempt.retry_after_seconds)),
        status: Some(attempt.status).filter(|status| *status > 0),
        latency_ms: attempt.latency_ms,
    };
    Ok((attempt, is_gone))
}

fn answer<T: Default>(answer: Result<T, ApiError>) -> Result<Response<T>, Status> {
    match answer {
        Ok(answer) => Ok(Response::new(answer)),
        // The account is gone, and with it all that there was to do.
        Err(ApiError::Access(_)) => Ok(Response::new(T::default())),
        Err(ApiError::Unavailable(error)) => Err(unavailable(error)),
        Err(ApiError::Internal(error)) => {
            tracing::error!(
                error = format!("{error:#}"),
                status = "failure",
                "call failed"
            );
            Err(Status::internal("something went wrong"))
        }
        Err(error) => Err(Status::unavailable(error.to_string())),
    }
}
