//! Tells the backend of events, so that the webhooks that want them run.
//!
//! Nearly all events are wanted by no webhook, so a call for each would be wasted: all of a bulk go
//! into one, and what comes while it is under way into the next.

use std::time::Duration;

use async_trait::async_trait;
use events::{Event, UserId};
use proto::v1::{wake_webhooks_request::Published, wake_webhooks_response::Due};
use sidecar::{EventHandler, Outcome};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};
use uuid::Uuid;

use crate::{
    backend::{Backend, BackendError},
    drain::Drain,
};

/// Events in one call, by the contract; and as many gather for the next.
const AT_ONCE: usize = 1_000;

/// How long the first of a bulk waits for the others.
const GATHERING: Duration = Duration::from_millis(5);

/// Takes the events that webhooks may want.
pub struct Wake(mpsc::Sender<Waiting>);

/// An event whose delivery waits for the backend's answer.
pub struct Waiting {
    event: Published,
    answer: oneshot::Sender<Outcome>,
}

impl Wake {
    /// With what [`run`] has to be given.
    pub fn new() -> (Self, mpsc::Receiver<Waiting>) {
        let (sender, receiver) = mpsc::channel(AT_ONCE);
        (Self(sender), receiver)
    }
}

#[async_trait]
impl EventHandler for Wake {
    async fn handle(&self, event: Event) -> Outcome {
        let stopping = || Outcome::Retry("the notifier is stopping".to_owned());
        let (answer, answered) = oneshot::channel();
        let event = Published {
            user_id: event.user_id.to_string(),
            event_type: event.payload.event_type().to_owned(),
            seq: event.seq,
        };
        if self.0.send(Waiting { event, answer }).await.is_err() {
            return stopping();
        }
        answered.await.unwrap_or_else(|_| stopping())
    }
}

/// Asks for as long as somebody waits.
pub async fn run(mut waiting: mpsc::Receiver<Waiting>, backend: Backend, drain: Drain) {
    let mut batch = Vec::new();
    while let Some(first) = waiting.recv().await {
        batch.push(first);
        sleep(GATHERING).await;
        while batch.len() < AT_ONCE
            && let Ok(next) = waiting.try_recv()
        {
            batch.push(next);
        }
        let (events, answers): (Vec<_>, Vec<_>) = batch
            .drain(..)
            .map(|waiting| (waiting.event, waiting.answer))
            .unzip();
        let outcome = match backend.wake_webhooks(events).await {
            Ok(due) => start(&drain, &due),
            Err(error @ BackendError::Unreachable(_)) => Outcome::Retry(error.to_string()),
            Err(error @ BackendError::Unanswerable(_)) => Outcome::Poison(error.to_string()),
        };
        for answer in answers {
            // Nobody waits any more when the delivery was cancelled.
            let _ = answer.send(outcome.clone());
        }
    }
}

fn start(drain: &Drain, due: &[Due]) -> Outcome {
    for Due {
        user_id,
        webhook_id,
    } in due
    {
        let (Ok(user), Ok(webhook)) = (user_id.parse::<UserId>(), webhook_id.parse::<Uuid>())
        else {
            tracing::error!("The backend's answer has a malformed id");
            continue;
        };
        drain.start(user, webhook);
    }
    Outcome::Done
}
