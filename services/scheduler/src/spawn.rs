//! Asks for the occurrences that follow what has come due or was completed.
//!
//! One call for each would be slow when many come due at once. A trigger is about many tasks of a
//! user, and while calls are under way more gather, and the next call takes them all. A few are
//! under way at a time, so that whose occurrences take long keep only those waiting who came with
//! them.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use events::{Event, Payload, Topic, Trigger, TriggerType};
use proto::v1::{spawn_occurrences_request::Task, spawn_occurrences_response::Outcome as Spawned};
use sidecar::{EventHandler, Outcome, Subscription, TriggerHandler};
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::{
    backend::{AT_ONCE, Backend, BackendError},
    due::IN_A_TRIGGER,
    measured,
};

/// Calls under way. The tasks of a trigger stay together, so each has fewer than twice as many
/// tasks as a trigger, and takes well below the 5 s that the sidecar gives it.
const CALLS: usize = 3;

/// Triggers that daprd hands over at a time. With the most tasks that each can have, they take well
/// below the 30 s that the sidecar gives a bulk; nothing else is handed over meanwhile.
const TRIGGERS: u32 = 16;

/// How long daprd gathers deliveries. It looks at each partition that often, whether anything has
/// come or not.
const MAX_AWAIT: Duration = Duration::from_millis(100);

/// Takes triggers and completions.
pub struct Spawner(mpsc::Sender<Waiting>);

/// A delivery that waits for the backend's answer.
pub struct Waiting {
    tasks: Vec<Task>,
    answer: oneshot::Sender<Outcome>,
}

impl Spawner {
    /// With what [`run`] has to be given.
    pub fn new() -> (Self, mpsc::Receiver<Waiting>) {
        let (sender, receiver) = mpsc::channel(AT_ONCE);
        (Self(sender), receiver)
    }

    async fn ask(&self, tasks: Vec<Task>) -> Outcome {
        let stopping = || Outcome::Retry("the scheduler is stopping".to_owned());
        let (answer, answered) = oneshot::channel();
        if self.0.send(Waiting { tasks, answer }).await.is_err() {
            return stopping();
        }
        answered.await.unwrap_or_else(|_| stopping())
    }
}

#[async_trait]
impl TriggerHandler for Spawner {
    async fn handle(&self, trigger: Trigger) -> Outcome {
        match trigger.trigger_type {
            TriggerType::Occurrence => {
                let tasks = trigger.subjects().map(|task| Task {
                    user_id: trigger.user_id.to_string(),
                    task_id: task.to_string(),
                    correlation_id: trigger.correlation_id.clone(),
                });
                self.ask(tasks.collect()).await
            }
            // The notifier's.
            TriggerType::Reminder | TriggerType::Webhook => Outcome::Done,
        }
    }
}

#[async_trait]
impl EventHandler for Spawner {
    async fn handle(&self, event: Event) -> Outcome {
        if !matches!(event.payload, Payload::TaskCompleted(_)) {
            return Outcome::Done;
        }
        let task = Task {
            user_id: event.user_id.to_string(),
            task_id: event.aggregate_id.to_string(),
            correlation_id: event.correlation_id,
        };
        self.ask(vec![task]).await
    }
}

/// What to ask daprd for.
pub fn subscriptions(spawner: Spawner) -> Vec<Subscription> {
    let spawner = Arc::new(spawner);
    let triggers =
        Subscription::triggers(sidecar::PUBSUB, spawner.clone()).bulk(TRIGGERS, MAX_AWAIT);
    let completions = Subscription::events(sidecar::PUBSUB, Topic::Tasks, spawner)
        .bulk(Subscription::MAX_BULK, MAX_AWAIT);
    [triggers, completions]
        .map(Subscription::in_any_order)
        .into()
}

/// Asks for as long as somebody waits.
pub async fn run(mut waiting: mpsc::Receiver<Waiting>, backend: Backend) {
    let calls = Arc::new(Semaphore::new(CALLS));
    // Nobody closes it.
    while let Ok(call) = Arc::clone(&calls).acquire_owned().await {
        let Some(first) = waiting.recv().await else {
            return;
        };
        let mut count = first.tasks.len();
        let mut batch = vec![first];
        while count < IN_A_TRIGGER
            && let Ok(next) = waiting.try_recv()
        {
            count += next.tasks.len();
            batch.push(next);
        }
        let backend = backend.clone();
        tokio::spawn(async move {
            answer(&backend, batch).await;
            drop(call);
        });
    }
}

async fn answer(backend: &Backend, batch: Vec<Waiting>) {
    let (tasks, answers): (Vec<_>, Vec<_>) = batch
        .into_iter()
        .map(|waiting| {
            let count = waiting.tasks.len();
            (waiting.tasks, (waiting.answer, count))
        })
        .unzip();
    let mut outcomes = outcomes(backend, tasks.concat()).await.into_iter();
    for (answer, count) in answers {
        let own: Vec<_> = outcomes.by_ref().take(count).collect();
        // With one of them the others come again, of which nothing is left to do.
        let undone = own.into_iter().find(|outcome| *outcome != Outcome::Done);
        // Nobody waits any more when the delivery was cancelled.
        let _ = answer.send(undone.unwrap_or(Outcome::Done));
    }
}

async fn outcomes(backend: &Backend, tasks: Vec<Task>) -> Vec<Outcome> {
    let count = tasks.len();
    let outcome = match backend.spawn(tasks).await {
        Ok(spawned) => return spawned.into_iter().map(outcome).collect(),
        Err(error @ BackendError::Unreachable(_)) => Outcome::Retry(error.to_string()),
        Err(error) => Outcome::Poison(error.to_string()),
    };
    vec![outcome; count]
}

fn outcome(spawned: Spawned) -> Outcome {
    match spawned {
        Spawned::Spawned => measured::spawned("spawned"),
        Spawned::NothingToDo => measured::spawned("nothing_to_do"),
        // It comes due again; its trigger must not hold up those behind it.
        Spawned::PutOff => measured::spawned("put_off"),
        Spawned::Failed | Spawned::Unspecified => {
            measured::spawned("failed");
            return Outcome::Retry("the backend could not make what follows".to_owned());
        }
    }
    Outcome::Done
}
