//! One delivery through its handler.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

use events::{Event, Trigger, UserId, complaint};
use futures::{FutureExt, future::BoxFuture};
use jiff::Timestamp;
use metrics::{counter, histogram};
use telemetry::{clock, health::Health, metrics as names, trace::Received};
use tracing::{Instrument, Span, debug, error, error_span, field::Empty, warn};

use crate::{
    Delivery, EventHandler, Outcome, RawHandler, Subscription, TriggerHandler, subscription::Taker,
};

/// A delivery, read for its handler and not yet handled.
pub(crate) struct Job {
    topic: &'static str,
    /// The CloudEvent's id.
    pub id: String,
    /// Whose it is: deliveries of one user are handled in order.
    pub user: Option<String>,
    written: Option<Timestamp>,
    span: Span,
    work: Result<BoxFuture<'static, Outcome>, Failure>,
}

/// A delivery was not handled.
struct Failure {
    /// What the metrics call it.
    kind: &'static str,
    outcome: Outcome,
}

impl Job {
    pub(crate) fn read(subscription: &Subscription, delivery: Delivery) -> Self {
        let is_event = !matches!(subscription.taker, Taker::Raw(_));
        let delivery = if is_event && subscription.is_bulk() {
            delivery.opened()
        } else {
            delivery
        };
        let job = match &subscription.taker {
            Taker::Events(handler) => {
                Self::event(subscription.topic, Arc::clone(handler), delivery)
            }
            Taker::Triggers(handler) => {
                Self::trigger(subscription.topic, Arc::clone(handler), delivery)
            }
            Taker::Raw(handler) => Self::raw(subscription.topic, Arc::clone(handler), delivery),
        };
        Self {
            user: job.user.filter(|_| !subscription.in_any_order),
            ..job
        }
    }

    fn event(topic: &'static str, handler: Arc<dyn EventHandler>, delivery: Delivery) -> Self {
        match read_event(&delivery) {
            Ok(event) => Self {
                topic,
                id: delivery.id,
                user: Some(event.user_id.to_string()),
                written: Some(event.timestamp),
                span: event_span(&event, delivery.traceparent.as_deref()),
                work: Ok(async move { handler.handle(event).await }.boxed()),
            },
            Err(failure) => Self {
                topic,
                user: delivery.key().map(str::to_owned),
                written: None,
                span: delivery_span(topic, &delivery.id),
                id: delivery.id,
                work: Err(failure),
            },
        }
    }

    fn trigger(topic: &'static str, handler: Arc<dyn TriggerHandler>, delivery: Delivery) -> Self {
        let (span, work) = match read_trigger(&delivery) {
            Ok(trigger) => (
                trigger_span(&trigger, delivery.traceparent.as_deref()),
                Ok(async move { handler.handle(trigger).await }.boxed()),
            ),
            Err(failure) => (delivery_span(topic, &delivery.id), Err(failure)),
        };
        Self {
            topic,
            id: delivery.id,
            user: None,
            written: None,
            span,
            work,
        }
    }

    fn raw(topic: &'static str, handler: Arc<dyn RawHandler>, delivery: Delivery) -> Self {
        let delivery = delivery.unwrap_raw();
        Self {
            topic,
            id: delivery.id.clone(),
            user: delivery.key().map(str::to_owned),
            written: None,
            span: delivery_span(topic, &delivery.id),
            work: Ok(async move { handler.handle(delivery).await }.boxed()),
        }
    }

    /// What to tell daprd, once it is counted and logged.
    pub(crate) async fn run(self, health: &Health) -> Outcome {
        let Self { topic, span, .. } = self;
        let started = Instant::now();
        let result = match self.work {
            Ok(work) => run_handler(work.instrument(span.clone())).await,
            Err(failure) => Err(failure),
        };
        histogram!(names::EVENT_HANDLE_DURATION_SECONDS, "topic" => topic)
            .record(started.elapsed().as_secs_f64());
        if let (Ok(()), Some(written)) = (&result, self.written) {
            let latency = clock::now().duration_since(written).as_secs_f64();
            histogram!(names::EVENT_LATENCY_SECONDS, "topic" => topic).record(latency.max(0.0));
        }
        span.in_scope(|| conclude(topic, result, health))
    }

    /// The answer for a delivery that must not overtake the one before it.
    pub(crate) fn hold_back(self, behind: &str) -> Outcome {
        count(self.topic, "retry");
        Outcome::Retry(format!("waits behind event {behind} of the same user"))
    }
}

fn read_event(delivery: &Delivery) -> Result<Event, Failure> {
    let event =
        Event::decode(&delivery.data).map_err(|error| poison("malformed", error.to_string()))?;
    check_key(delivery, event.user_id)?;
    Ok(event)
}

fn read_trigger(delivery: &Delivery) -> Result<Trigger, Failure> {
    let trigger: Trigger = serde_json::from_slice(&delivery.data).map_err(|error| {
        let cause = format!("not a trigger: {}", complaint(&error));
        poison("malformed", cause)
    })?;
    check_key(delivery, trigger.user_id)?;
    Ok(trigger)
}

fn check_key(delivery: &Delivery, user: UserId) -> Result<(), Failure> {
    let key_is_wrong = match delivery.key() {
        Some(key) => key != user.to_string(),
        // Without a key it was not written by us, if it was Kafka that brought it.
        None => delivery.metadata.contains_key("__partition"),
    };
    if key_is_wrong {
        let cause = "the Kafka key is not the event's user_id";
        return Err(poison("wrong_key", cause.to_owned()));
    }
    Ok(())
}

fn poison(kind: &'static str, cause: String) -> Failure {
    Failure {
        kind,
        outcome: Outcome::Poison(cause),
    }
}

async fn run_handler(work: impl Future<Output = Outcome>) -> Result<(), Failure> {
    let (kind, outcome) = match AssertUnwindSafe(work).catch_unwind().await {
        Ok(Outcome::Done) => return Ok(()),
        Ok(outcome @ Outcome::Retry(_)) => ("retry", outcome),
        Ok(outcome @ Outcome::Poison(_)) => ("poison", outcome),
        // What it panicked with may hold anything and stays on stderr.
        Err(_) => ("panic", Outcome::Retry("the handler panicked".to_owned())),
    };
    Err(Failure { kind, outcome })
}

/// Counts and logs what happened, inside the delivery's span.
fn conclude(topic: &'static str, result: Result<(), Failure>, health: &Health) -> Outcome {
    let outcome = match result {
        Ok(()) => Outcome::Done,
        Err(Failure { kind, outcome }) => {
            counter!(names::FAILURES_TOTAL, "cause" => kind).increment(1);
            outcome
        }
    };
    let status = match &outcome {
        Outcome::Done => "done",
        Outcome::Retry(_) => "retry",
        Outcome::Poison(_) => "poison",
    };
    count(topic, status);
    Span::current().record("status", status);
    match &outcome {
        Outcome::Done => debug!(topic, "Handled"),
        Outcome::Retry(cause) => {
            warn!(topic, cause, "Not handled now: to be delivered again");
            health.error(format!("{topic}: {cause}"));
        }
        Outcome::Poison(cause) => {
            error!(topic, cause, "Cannot be handled: to the dead letters");
            health.error(format!("{topic}: {cause}"));
        }
    }
    outcome
}

fn count(topic: &'static str, outcome: &'static str) {
    counter!(names::EVENTS_HANDLED_TOTAL, "topic" => topic, "outcome" => outcome).increment(1);
}

fn event_span(event: &Event, traceparent: Option<&str>) -> Span {
    Received {
        event_type: event.payload.event_type(),
        event_id: &event.id,
        user_id: &event.user_id,
        correlation_id: &event.correlation_id,
        traceparent,
    }
    .span()
}

fn trigger_span(trigger: &Trigger, traceparent: Option<&str>) -> Span {
    Received {
        event_type: trigger.trigger_type.name(),
        event_id: &trigger.trigger_id,
        user_id: &trigger.user_id,
        correlation_id: &trigger.correlation_id,
        traceparent,
    }
    .span()
}

fn delivery_span(topic: &'static str, id: &str) -> Span {
    error_span!(parent: None, "handle", topic, event_id = id, status = Empty)
}
