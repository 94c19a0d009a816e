//! An app on a port of its own, whose handlers tell what they saw.

use std::{sync::Arc, time::Duration};

use clap::Parser;
use events::{
    Actor, ChangeSetId, Event, EventId, Payload, Priority, SCHEMA, TaskId, TaskState, Topic, UserId,
};
use sidecar::{
    Callbacks, Delivery, EventHandler, Message, Outcome, RawHandler, ServeError, Sidecar,
    SidecarArgs, Subscription,
};
use telemetry::health::Health;
use tokio::{
    net::TcpListener,
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::{service::Routes, transport::Channel};

pub(crate) const WITHIN: Duration = Duration::from_secs(20);

pub(crate) struct App {
    pub(crate) port: u16,
    pub(crate) server: JoinHandle<Result<(), ServeError>>,
    pub(crate) shutdown: DropGuard,
}

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    sidecar: SidecarArgs,
}

/// The configuration of an app whose sidecar listens on `grpc_port`.
pub(crate) fn args(grpc_port: u16) -> SidecarArgs {
    let port = grpc_port.to_string();
    let mut args = Args::parse_from(["app", "--dapr-grpc-port", &port]).sidecar;
    // Whatever the environment of the tests says.
    args.dapr_grpc_endpoint = None;
    args.dapr_api_token = None;
    args.app_api_token = None;
    args
}

/// Port 1 is nobody's: for an app that is called and calls nobody.
pub(crate) fn no_sidecar() -> Sidecar {
    Sidecar::new(&args(1)).unwrap()
}

pub(crate) fn callbacks(subscriptions: Vec<Subscription>) -> Callbacks {
    Callbacks::new(subscriptions, Vec::new(), Health::new("test", "0"))
}

impl App {
    pub(crate) async fn start(callbacks: Callbacks, services: Routes, sidecar: Sidecar) -> Self {
        Self::start_on(0, callbacks, services, sidecar).await
    }

    pub(crate) async fn start_on(
        port: u16,
        callbacks: Callbacks,
        services: Routes,
        sidecar: Sidecar,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shutdown = CancellationToken::new();
        let server = tokio::spawn(sidecar::serve(
            listener,
            callbacks,
            services,
            sidecar,
            shutdown.clone(),
        ));
        Self {
            port,
            server,
            shutdown: shutdown.drop_guard(),
        }
    }

    pub(crate) async fn stop(self) {
        drop(self.shutdown);
        timeout(WITHIN, self.server)
            .await
            .unwrap()
            .unwrap()
            .unwrap();
    }

    pub(crate) async fn channel(&self) -> Channel {
        Channel::from_shared(format!("http://127.0.0.1:{}", self.port))
            .unwrap()
            .connect()
            .await
            .unwrap()
    }
}

/// Does with each event what its title says, and shows it to the test.
pub(crate) struct Scripted(UnboundedSender<Event>);

pub(crate) fn scripted() -> (Arc<Scripted>, UnboundedReceiver<Event>) {
    let (sender, seen) = mpsc::unbounded_channel();
    (Arc::new(Scripted(sender)), seen)
}

#[tonic::async_trait]
impl EventHandler for Scripted {
    async fn handle(&self, event: Event) -> Outcome {
        let script = title(&event).to_owned();
        self.0.send(event).unwrap();
        match script.as_str() {
            "retry" => Outcome::Retry("not yet".to_owned()),
            "poison" => Outcome::Poison("never".to_owned()),
            "panic" => panic!("as the test wants"),
            _ => Outcome::Done,
        }
    }
}

/// Shows each delivery to the test.
pub(crate) struct Collector(UnboundedSender<Delivery>);

pub(crate) fn collector() -> (Arc<Collector>, UnboundedReceiver<Delivery>) {
    let (sender, seen) = mpsc::unbounded_channel();
    (Arc::new(Collector(sender)), seen)
}

#[tonic::async_trait]
impl RawHandler for Collector {
    async fn handle(&self, delivery: Delivery) -> Outcome {
        self.0.send(delivery).unwrap();
        Outcome::Done
    }
}

pub(crate) async fn next<T>(seen: &mut UnboundedReceiver<T>) -> T {
    timeout(WITHIN, seen.recv()).await.unwrap().unwrap()
}

pub(crate) fn title(event: &Event) -> &str {
    match &event.payload {
        Payload::TaskCreated(task) => &task.title,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn event(user_id: UserId, title: &str) -> Event {
    let id = EventId::generate();
    Event {
        id,
        user_id,
        timestamp: telemetry::clock::now(),
        aggregate_id: TaskId::generate().0,
        version: 1,
        seq: 1,
        schema: SCHEMA,
        correlation_id: format!("test:{id}"),
        causation_id: None,
        actor: Actor::User,
        change_set_id: ChangeSetId::generate(),
        cause: None,
        payload: Payload::TaskCreated(TaskState {
            title: title.to_owned(),
            description: String::new(),
            priority: Priority::None,
            tags: Vec::new(),
            project_id: None,
            parent_id: None,
            position: 1.5,
            due: None,
            due_at: None,
            completed_at: None,
            recurrence: None,
            reminders: Vec::new(),
        }),
    }
}

pub(crate) fn message(event: &Event) -> Message {
    Message {
        id: event.id,
        key: event.user_id,
        event_type: event.payload.event_type().to_owned(),
        body: event.encode().unwrap().into(),
        traceparent: None,
    }
}

pub(crate) fn task_events(handler: Arc<dyn EventHandler>) -> Subscription {
    Subscription::events(sidecar::PUBSUB, Topic::Tasks, handler)
}
