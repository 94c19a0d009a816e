//! Events through a real daprd: published, handled, refused, dead-lettered.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use events::{Event, EventId, Topic, UserId};
use sidecar::{CloudEvent, Delivery, Message, PUBSUB, Sidecar, Subscription};
use tokio::{sync::mpsc::UnboundedReceiver, time::timeout};
use tonic::service::Routes;

use crate::{
    app::{self, collector, event, message, next, scripted, task_events, title},
    daprd::{APP_ID, WithDaprd},
};

const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// After which what the broker in memory got is taken for gone.
const PATIENCE: Duration = Duration::from_millis(200);

/// An app that takes the events of a topic, and its dead letters.
struct Line {
    _running: WithDaprd,
    sidecar: Sidecar,
    events: UnboundedReceiver<Event>,
    letters: UnboundedReceiver<Delivery>,
    warm_ups: HashSet<EventId>,
}

impl Line {
    /// daprd subscribes some time after it asked what to subscribe to, and what
    /// the broker in memory gets before that is gone.
    async fn warm_up(&mut self) {
        loop {
            let event = event(UserId::generate(), "poison");
            self.warm_ups.insert(event.id);
            publish(&self.sidecar, &[message(&event)]).await;
            if timeout(PATIENCE, self.letters.recv()).await.is_ok() {
                return;
            }
        }
    }

    async fn event(&mut self) -> Event {
        loop {
            let event = next(&mut self.events).await;
            if !self.warm_ups.contains(&event.id) {
                return event;
            }
        }
    }

    async fn letter(&mut self) -> (EventId, Delivery) {
        loop {
            let letter = next(&mut self.letters).await;
            let id = letter.id.parse().unwrap();
            if !self.warm_ups.contains(&id) {
                return (id, letter);
            }
        }
    }
}

async fn line(bulk: bool) -> Line {
    let (handler, events) = scripted();
    let (collector, letters) = collector();
    let mut subscriptions = vec![
        task_events(handler),
        Subscription::raw(PUBSUB, Topic::Tasks.dead_letter_name(), collector),
    ];
    if bulk {
        let many = |subscription: Subscription| subscription.bulk(80, Duration::from_millis(50));
        subscriptions = subscriptions.into_iter().map(many).collect();
    }
    let running = WithDaprd::start(app::callbacks(subscriptions), Routes::default()).await;
    let mut line = Line {
        sidecar: running.sidecar.clone(),
        _running: running,
        events,
        letters,
        warm_ups: HashSet::new(),
    };
    line.warm_up().await;
    line
}

async fn publish(sidecar: &Sidecar, messages: &[Message]) {
    sidecar.publish(Topic::Tasks, messages).await.unwrap();
}

/// One of each kind, of different users, and what is said of each that is refused.
fn one_of_each() -> (Vec<Message>, HashMap<EventId, &'static str>) {
    let scripts = [
        ("done", None),
        ("poison", Some("never")),
        ("retry", Some("not yet")),
        ("panic", Some("the handler panicked")),
    ];
    let mut messages = Vec::new();
    let mut causes = HashMap::new();
    for (script, cause) in scripts {
        let message = Message {
            traceparent: Some(TRACEPARENT.to_owned()),
            ..message(&event(UserId::generate(), script))
        };
        causes.extend(cause.map(|cause| (message.id, cause)));
        messages.push(message);
    }
    let no_event = Message {
        id: EventId::generate(),
        body: r#"{"not":"an event"}"#.into(),
        ..messages[0].clone()
    };
    causes.insert(
        no_event.id,
        "not an event envelope: missing field `event_id`",
    );
    messages.push(no_event);
    (messages, causes)
}

async fn dead_letters_say_why(mut line: Line) {
    let (messages, causes) = one_of_each();
    publish(&line.sidecar, &messages).await;

    let mut left = causes.clone();
    while !left.is_empty() {
        let (id, letter) = line.letter().await;
        let expected = left
            .remove(&id)
            .expect("a dead letter that should not be, or twice");

        let published = messages.iter().find(|message| message.id == id).unwrap();
        let envelope: CloudEvent = letter.cloud_event().unwrap();
        let body: serde_json::Value = serde_json::from_slice(&published.body).unwrap();
        assert_eq!(envelope.data, body);
        assert_eq!(envelope.event_type, "task.created");
        assert_eq!(envelope.source, APP_ID);
        assert_eq!(letter.traceparent.as_deref(), Some(TRACEPARENT));

        let topic = Topic::Tasks.name();
        let cause = line.sidecar.dead_letter_cause(topic, &letter.id).await;
        let cause = cause.unwrap().unwrap();
        assert!(cause.cause.starts_with(expected), "{cause:?}");
        assert_eq!(cause.handler, APP_ID);
    }
    let unknown = line.sidecar.dead_letter_cause("tasks.events", "unknown");
    assert_eq!(unknown.await.unwrap(), None);

    let times = [("done", 1), ("poison", 1), ("retry", 3), ("panic", 3)];
    let mut handled: HashMap<String, u32> = HashMap::new();
    for _ in 0..times.iter().map(|(_, n)| n).sum() {
        let event = line.event().await;
        *handled.entry(title(&event).to_owned()).or_default() += 1;
    }
    assert_eq!(
        handled,
        times.map(|(script, n)| (script.to_owned(), n)).into()
    );
}

#[tokio::test]
async fn dead_letters_of_single_deliveries_say_why() {
    dead_letters_say_why(line(false).await).await;
}

#[tokio::test]
async fn dead_letters_of_bulk_deliveries_say_why() {
    dead_letters_say_why(line(true).await).await;
}

#[tokio::test]
async fn an_app_that_restarts_alone_notices_the_sidecar_that_delivers_to_it() {
    let (handler, _) = scripted();
    let before = app::callbacks(vec![task_events(handler)]);
    let running = WithDaprd::start(before, Routes::default()).await;

    let (handler, mut seen) = scripted();
    let after = app::callbacks(vec![task_events(handler)]);
    let mut sessions = after.sessions();
    let running = running.restart_app(after).await;
    let noticed = sessions.wait_for(|sessions| *sessions == 1);
    timeout(app::WITHIN, noticed).await.unwrap().unwrap();

    let event = event(UserId::generate(), "done");
    let mut publish_until_seen = async || loop {
        publish(&running.sidecar, &[message(&event)]).await;
        if let Ok(seen) = timeout(PATIENCE, seen.recv()).await {
            return seen;
        }
    };
    let seen = timeout(app::WITHIN, publish_until_seen()).await.unwrap();
    assert_eq!(seen, Some(event));
}

#[tokio::test]
async fn more_than_a_request_may_hold_is_published_in_parts() {
    let mut line = line(false).await;
    let user = UserId::generate();
    let large = |n: usize| event(user, &format!("{n}{}", "x".repeat(100 * 1024)));
    let events: Vec<_> = (0..60).map(large).collect();
    publish(
        &line.sidecar,
        &events.iter().map(message).collect::<Vec<_>>(),
    )
    .await;
    // The broker in memory does not keep the order.
    let mut missing: HashSet<_> = events.iter().map(|event| event.id).collect();
    while !missing.is_empty() {
        assert!(missing.remove(&line.event().await.id));
    }
}
