//! Events on their way to an app.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use events::{Event, EventId, Topic, UserId};
use sidecar::{
    Delivery, EventHandler, Message, Outcome, PUBSUB, RawHandler, Sidecar, Subscription,
};
use tokio::{
    sync::{
        mpsc::{self, UnboundedReceiver, UnboundedSender},
        watch,
    },
    time::timeout,
};
use tonic::service::Routes;

use super::worlds::{Beside, World};
use crate::app::{self, event, message, task_events, title};

/// A consumer group may take a while to form.
const PATIENCE: Duration = Duration::from_mins(1);

/// Shows the events of some users, and takes those of all others: topics are shared by all tests.
struct Mine {
    users: Vec<UserId>,
    seen: UnboundedSender<Event>,
    /// How often each event has come.
    times: Mutex<HashMap<EventId, usize>>,
    /// Closed: nobody comes further.
    open: watch::Receiver<bool>,
    begun: watch::Sender<usize>,
}

struct Watched {
    seen: UnboundedReceiver<Event>,
    open: watch::Sender<bool>,
    begun: watch::Receiver<usize>,
}

fn mine(users: &[UserId]) -> (Arc<Mine>, Watched) {
    let (sender, seen) = mpsc::unbounded_channel();
    let (open, is_open) = watch::channel(true);
    let (begins, begun) = watch::channel(0);
    let handler = Mine {
        users: users.to_vec(),
        seen: sender,
        times: Mutex::default(),
        open: is_open,
        begun: begins,
    };
    (Arc::new(handler), Watched { seen, open, begun })
}

#[tonic::async_trait]
impl EventHandler for Mine {
    async fn handle(&self, event: Event) -> Outcome {
        if !self.users.contains(&event.user_id) {
            return Outcome::Done;
        }
        self.begun.send_modify(|begun| *begun += 1);
        let mut open = self.open.clone();
        open.wait_for(|open| *open).await.unwrap();
        let times = {
            let mut times = self.times.lock().unwrap();
            let times = times.entry(event.id).or_default();
            *times += 1;
            *times
        };
        let script = title(&event).to_owned();
        let _ = self.seen.send(event);
        match (script.as_str(), times) {
            ("third time", 1 | 2) | ("retry", _) => Outcome::Retry("not yet".to_owned()),
            ("poison", _) => Outcome::Poison("never".to_owned()),
            _ => Outcome::Done,
        }
    }
}

impl Watched {
    async fn next(&mut self) -> Event {
        timeout(PATIENCE, self.seen.recv()).await.unwrap().unwrap()
    }

    async fn titles(&mut self, count: usize) -> Vec<String> {
        let mut titles = Vec::new();
        while titles.len() < count {
            titles.push(title(&self.next().await).to_owned());
        }
        titles
    }

    async fn begins(&self, count: usize) {
        let mut begun = self.begun.clone();
        let enough = begun.wait_for(|begun| *begun >= count);
        timeout(PATIENCE, enough).await.unwrap().unwrap();
    }
}

async fn publish(sidecar: &Sidecar, events: &[Event]) {
    let messages: Vec<Message> = events.iter().map(message).collect();
    sidecar.publish(Topic::Tasks, &messages).await.unwrap();
}

pub(super) async fn order<W: World>(world: W) {
    const EACH: usize = 40;
    let users: Vec<_> = (0..5).map(|_| UserId::generate()).collect();
    let (handler, mut watched) = mine(&users);
    let callbacks = app::callbacks(vec![task_events(handler)]);
    let app_id = world.app_id("order");
    let app = world.app(&app_id, callbacks, Routes::default()).await;
    for n in 0..EACH {
        let events: Vec<_> = users
            .iter()
            .map(|user| event(*user, &n.to_string()))
            .collect();
        publish(app.sidecar(), &events).await;
    }
    let mut of_users: HashMap<UserId, Vec<String>> = HashMap::new();
    for _ in 0..EACH * users.len() {
        let event = watched.next().await;
        let title = title(&event).to_owned();
        of_users.entry(event.user_id).or_default().push(title);
    }
    let in_order: Vec<_> = (0..EACH).map(|n| n.to_string()).collect();
    for user in users {
        assert_eq!(of_users[&user], in_order);
    }
    assert!(watched.seen.try_recv().is_err());
}

pub(super) async fn redelivery<W: World>(world: W) {
    let user = UserId::generate();
    let (handler, mut watched) = mine(&[user]);
    let callbacks = app::callbacks(vec![task_events(handler)]);
    let app_id = world.app_id("redelivery");
    let app = world.app(&app_id, callbacks, Routes::default()).await;
    let events = ["first", "third time", "behind"].map(|title| event(user, title));
    publish(app.sidecar(), &events).await;
    let expected = ["first", "third time", "third time", "third time", "behind"];
    assert_eq!(watched.titles(expected.len()).await, expected);
}

/// Shows dead letters.
struct Letters(UnboundedSender<Delivery>);

#[tonic::async_trait]
impl RawHandler for Letters {
    async fn handle(&self, delivery: Delivery) -> Outcome {
        let _ = self.0.send(delivery);
        Outcome::Done
    }
}

pub(super) async fn dead_letters<W: World>(world: W) {
    let users = [(); 3].map(|()| UserId::generate());
    let (handler, mut watched) = mine(&users);
    let (sender, mut letters) = mpsc::unbounded_channel();
    let dead = Topic::Tasks.dead_letter_name();
    let callbacks = app::callbacks(vec![
        task_events(handler),
        Subscription::raw(PUBSUB, dead, Arc::new(Letters(sender))),
    ]);
    let app_id = world.app_id("letters");
    let app = world.app(&app_id, callbacks, Routes::default()).await;
    let events = [
        event(users[0], "poison"),
        event(users[1], "retry"),
        event(users[2], "done"),
    ];
    let no_event = Message {
        id: EventId::generate(),
        body: r#"{"not":"an event"}"#.into(),
        ..message(&events[0])
    };
    publish(app.sidecar(), &events).await;
    let sidecar = app.sidecar();
    sidecar
        .publish(Topic::Tasks, std::slice::from_ref(&no_event))
        .await
        .unwrap();

    let mut causes = HashMap::from([
        (events[0].id, "never"),
        (events[1].id, "not yet"),
        (no_event.id, "not an event envelope"),
    ]);
    while !causes.is_empty() {
        let letter = timeout(PATIENCE, letters.recv()).await.unwrap().unwrap();
        let id: EventId = letter.id.parse().unwrap();
        // The topic is everybody's: what is no event, others put aside, too, and perhaps sooner.
        let said = sidecar.dead_letter_cause(Topic::Tasks.name(), &letter.id);
        let Some(said) = said.await.unwrap() else {
            continue;
        };
        let Some(expected) = causes.remove(&id) else {
            continue;
        };
        assert!(said.cause.starts_with(expected), "{said:?}");
        let envelope = letter.cloud_event().unwrap();
        assert_eq!(envelope.source, app_id);
        assert_eq!(envelope.event_type, "task.created");
        if let Some(event) = events.iter().find(|event| event.id == id) {
            let data = serde_json::to_vec(&envelope.data).unwrap();
            assert_eq!(Event::decode(&data).unwrap(), *event);
            assert_eq!(said.handler, app_id);
            assert_eq!(letter.key(), Some(event.user_id.to_string().as_str()));
        }
    }
    let mut titles = watched.titles(5).await;
    titles.sort_unstable();
    assert_eq!(titles, ["done", "poison", "retry", "retry", "retry"]);
}

pub(super) async fn passed_over<W: World>(world: W) {
    let user = UserId::generate();
    let (handler, mut watched) = mine(&[user]);
    let callbacks = app::callbacks(vec![task_events(handler)]);
    let app_id = world.app_id("passed");
    let app = world.app(&app_id, callbacks, Routes::default()).await;
    let events = ["poison", "behind"].map(|title| event(user, title));
    publish(app.sidecar(), &events).await;
    assert_eq!(watched.titles(events.len()).await, ["poison", "behind"]);
}

/// More handlers than may run at a time, and more deliveries than may be under way.
const MANY: usize = 600;
const BOUND: usize = 300;

pub(super) async fn back_pressure<W: World>(world: W) {
    let users: Vec<_> = (0..MANY).map(|_| UserId::generate()).collect();
    let (handler, mut watched) = mine(&users);
    watched.open.send_replace(false);
    let callbacks = app::callbacks(vec![task_events(handler)]);
    let app_id = world.app_id("pressure");
    let app = world.app(&app_id, callbacks, Routes::default()).await;
    let events: Vec<_> = users.iter().map(|user| event(*user, "waits")).collect();
    publish(app.sidecar(), &events).await;
    watched.begins(1).await;
    // Everything is on the topic, and nobody can go on.
    let too_many = timeout(Duration::from_secs(2), watched.begins(BOUND)).await;
    assert!(too_many.is_err(), "more than {BOUND} were begun");
    watched.open.send_replace(true);
    watched.titles(MANY).await;
}

/// More of one user than there are hands.
pub(super) async fn side_by_side<W: World>(world: W) {
    const TOGETHER: usize = 50;
    let user = UserId::generate();
    let (handler, mut watched) = mine(&[user]);
    watched.open.send_replace(false);
    let subscription = task_events(handler).bulk(80, Duration::from_millis(10));
    let callbacks = app::callbacks(vec![subscription.in_any_order()]);
    let app_id = world.app_id("together");
    let app = world.app(&app_id, callbacks, Routes::default()).await;
    let events: Vec<_> = (0..TOGETHER).map(|_| event(user, "waits")).collect();
    publish(app.sidecar(), &events).await;
    watched.begins(TOGETHER).await;
    watched.open.send_replace(true);
    watched.titles(TOGETHER).await;
}

pub(super) async fn restart<W: World>(world: W) {
    let user = UserId::generate();
    let app_id = world.app_id("restart");
    let (handler, watched) = mine(&[user]);
    watched.open.send_replace(false);
    let callbacks = app::callbacks(vec![task_events(handler)]);
    let app = world.app(&app_id, callbacks, Routes::default()).await;
    let events: Vec<_> = (0..5).map(|n| event(user, &n.to_string())).collect();
    publish(app.sidecar(), &events[..3]).await;
    watched.begins(1).await;
    app.die().await;

    let somebody = world.app_id("somebody");
    let publisher = world
        .app(&somebody, app::callbacks(vec![]), Routes::default())
        .await;
    publish(publisher.sidecar(), &events[3..]).await;
    let (handler, mut watched) = mine(&[user]);
    let callbacks = app::callbacks(vec![task_events(handler)]);
    let _app = world.app(&app_id, callbacks, Routes::default()).await;
    let expected: Vec<_> = (0..5).map(|n| n.to_string()).collect();
    assert_eq!(watched.titles(expected.len()).await, expected);
}
