//! A notifier without its sidecar: triggers and events are handed to its handlers.

use std::time::Duration;

use events::{
    Actor, ChangeSetId, Event, EventId, Payload, Trigger, TriggerType, UserChanged, UserId,
};
use notifier::{
    backend::Backend,
    channel::{Channels, email::Mailer, push::vapid::Vapid},
    consumer::Consumer,
    drain::Drain,
    lanes::{Lanes, Limits},
    outbound::Outbound,
    reach::Reach,
    reminder::Reminders,
    wake::{self, Wake},
};
use proto::v1::{
    Attempt, delivery::Destination, notification_service_server::NotificationServiceServer,
};
use sidecar::{EventHandler, Outcome, TriggerHandler};
use telemetry::{clock, health::Health};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::transport::{Endpoint, Server};
use uuid::Uuid;

use crate::{backend::FakeBackend, browser::Browser};

/// What hangs, hangs so long.
pub(crate) const DEADLINE: Duration = Duration::from_secs(3);

const LIMITS: Limits = Limits {
    each: 2,
    waiting: 1_000,
    all: 16,
};

pub(crate) struct World {
    pub(crate) backend: FakeBackend,
    pub(crate) user: UserId,
    pub(crate) stop: CancellationToken,
    /// What is being sent.
    pub(crate) sending: TaskTracker,
    consumer: Consumer,
    wake: Wake,
}

/// What of a notifier differs between tests.
#[derive(Default)]
pub(crate) struct Setup {
    pub(crate) mailer: Option<Mailer>,
    pub(crate) vapid: Option<Vapid>,
    /// What may be reached besides the public internet; the loopback if nothing is said.
    pub(crate) allow: Option<&'static str>,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        let fake = FakeBackend::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = NotificationServiceServer::new(fake.clone());
        tokio::spawn(
            Server::builder()
                .add_service(service)
                .serve_with_incoming(TcpListenerStream::new(listener)),
        );
        let channel = Endpoint::from_shared(format!("http://{address}"))
            .unwrap()
            .connect_lazy();
        let backend = Backend::new(channel, Health::new("notifier", "0"));

        let allow = setup.allow.unwrap_or("127.0.0.0/8");
        let outbound = Outbound::new(Reach::new([allow.parse().unwrap()]), DEADLINE).unwrap();
        let channels = Channels {
            outbound: outbound.clone(),
            mailer: setup.mailer,
            vapid: setup.vapid,
            app_url: "https://app.example".to_owned(),
        };
        let lanes = Lanes::new(LIMITS);
        let sending = TaskTracker::new();
        let stop = CancellationToken::new();
        let drain = Drain::new(
            backend.clone(),
            outbound,
            lanes.clone(),
            sending.clone(),
            stop.clone(),
        );
        let reminders = Reminders::new(backend.clone(), channels, lanes, sending.clone());
        let (wake, waiting) = Wake::new();
        tokio::spawn(wake::run(waiting, backend, drain.clone()));
        Self {
            backend: fake,
            user: UserId::generate(),
            stop,
            sending,
            consumer: Consumer { reminders, drain },
            wake,
        }
    }

    /// Delivers a trigger as daprd would.
    pub(crate) async fn trigger(&self, trigger_type: TriggerType, subject: Uuid) -> Outcome {
        let trigger = Trigger {
            trigger_id: Uuid::now_v7(),
            trigger_type,
            user_id: self.user,
            subject_id: subject,
            others: Vec::new(),
            due_at: clock::now(),
            correlation_id: "c-1".to_owned(),
        };
        self.consumer.handle(trigger).await
    }

    /// Reminds one destination, and waits for what becomes of it.
    pub(crate) async fn remind(&self, title: &str, to: Destination) -> Attempt {
        let (reminder, deliveries) = self.backend.remind(title, vec![to]);
        let outcome = self.trigger(TriggerType::Reminder, reminder).await;
        assert_eq!(outcome, Outcome::Done);
        self.backend.attempt(&deliveries[0]).await
    }

    /// Delivers an event of the user as daprd would.
    pub(crate) async fn happen(&self, seq: u64) -> Outcome {
        self.wake.handle(event(self.user, seq)).await
    }
}

fn event(user: UserId, seq: u64) -> Event {
    Event {
        id: EventId::generate(),
        user_id: user,
        timestamp: clock::now(),
        aggregate_id: user.0,
        version: seq,
        seq,
        schema: events::SCHEMA,
        correlation_id: "c-1".to_owned(),
        causation_id: None,
        actor: Actor::User,
        change_set_id: ChangeSetId::generate(),
        cause: None,
        payload: Payload::UserUpdated(UserChanged::default()),
    }
}

/// With a key pair of its own, and the browser that subscribed for it.
pub(crate) async fn with_push() -> (World, Browser) {
    let (vapid, browser) = Browser::subscribed();
    let setup = Setup {
        vapid: Some(vapid),
        ..Setup::default()
    };
    (World::with(setup).await, browser)
}
