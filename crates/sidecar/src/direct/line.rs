//! What comes for an app from one component: in order for each key, side by side otherwise.

use std::{
    collections::{HashMap, VecDeque},
    mem,
    panic::resume_unwind,
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::{JoinError, JoinSet, spawn_blocking},
    time::{MissedTickBehavior, interval, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{Incoming, Source, deliver::Route, marks::Marks};

/// Deliveries that were begun and are not settled. With so many, nothing more is fetched: a key
/// that is stuck holds up others only when so much has come behind it.
const UNDER_WAY: usize = 256;

/// How often what was handled is committed; a process that is killed hears so much again.
const COMMIT_EVERY: Duration = Duration::from_millis(250);

/// After an error of the broker.
const REST: Duration = Duration::from_secs(1);

/// Deliveries that must not overtake one another.
type Lane = (&'static str, String);

/// A delivery and its place among those under way.
struct Item {
    incoming: Incoming,
    _place: OwnedSemaphorePermit,
}

/// A delivery that came to its end, and whether it is settled.
type Ended = (Option<Lane>, Item, bool);

pub(super) struct Line {
    route: Route,
    source: Arc<dyn Source>,
    marks: Marks,
    /// Behind the one of their lane that is being delivered.
    lanes: HashMap<Lane, VecDeque<Item>>,
    running: JoinSet<Ended>,
}

impl Line {
    pub(super) fn new(route: Route, source: Box<dyn Source>) -> Self {
        Self {
            route,
            source: source.into(),
            marks: Marks::default(),
            lanes: HashMap::new(),
            running: JoinSet::new(),
        }
    }

    /// Until shutdown, and then until what was begun has come to its end.
    pub(super) async fn run(mut self) {
        let shutdown = self.route.shutdown.clone();
        let (coming, mut arrived) = mpsc::channel(1);
        // A task of its own: whatever happens here would interrupt a page that is being read.
        let mut fetching = JoinSet::new();
        fetching.spawn(fetch(Arc::clone(&self.source), coming, shutdown.clone()));
        let mut commits = interval(COMMIT_EVERY);
        commits.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !shutdown.is_cancelled() {
            tokio::select! {
                () = shutdown.cancelled() => {}
                Some(item) = arrived.recv() => self.take(item),
                Some(ended) = fetching.join_next() => unwound(ended),
                Some(ended) = self.running.join_next() => {
                    let lane = self.end(ended);
                    self.go_on(lane);
                }
                _ = commits.tick() => self.commit().await,
            }
        }
        // Each time: the last of them may take longer than it is given.
        self.commit().await;
        while let Some(ended) = self.running.join_next().await {
            self.end(ended);
            self.commit().await;
        }
        fetching.shutdown().await;
        // A consumer of Kafka leaves its group when it is dropped, and holds up its thread for it.
        let source = self.source;
        let _ = spawn_blocking(move || drop(source)).await;
    }

    fn take(&mut self, item: Item) {
        let Incoming {
            topic,
            partition,
            position,
            ref record,
        } = item.incoming;
        self.marks.begin(topic, partition, position);
        // What has no key has no order to keep.
        let key = record.key.clone().filter(|_| self.route.keeps_order(topic));
        let lane = key.map(|key| (topic, key));
        if let Some(lane) = &lane {
            if let Some(behind) = self.lanes.get_mut(lane) {
                behind.push_back(item);
                return;
            }
            self.lanes.insert(lane.clone(), VecDeque::new());
        }
        self.deliver(lane, item);
    }

    fn deliver(&mut self, lane: Option<Lane>, item: Item) {
        let route = self.route.clone();
        self.running.spawn(async move {
            let topic = item.incoming.topic;
            let settled = match route.subscription(topic) {
                Some(subscription) => route.deliver(&subscription, &item.incoming).await,
                // Nobody asked for it.
                None => false,
            };
            (lane, item, settled)
        });
    }

    /// Takes down what came of a delivery, and says whose turn it was.
    fn end(&mut self, ended: Result<Ended, JoinError>) -> Option<Lane> {
        let (lane, item, settled) = unwound(ended);
        if settled {
            let Incoming {
                topic,
                partition,
                position,
                ..
            } = item.incoming;
            self.marks.end(topic, partition, position);
        }
        lane
    }

    /// The next of the lane, if one waits.
    fn go_on(&mut self, lane: Option<Lane>) {
        let Some(lane) = lane else { return };
        match self.lanes.get_mut(&lane).and_then(VecDeque::pop_front) {
            Some(item) => self.deliver(Some(lane), item),
            None => drop(self.lanes.remove(&lane)),
        }
    }

    async fn commit(&mut self) {
        for (topic, partition, position) in self.marks.moved() {
            if let Err(error) = self.source.commit(topic, partition, position).await {
                // What would come again is known already.
                let error = error.to_string();
                tracing::warn!(topic, partition, error, "A position could not be committed");
                self.marks.not_committed(topic, partition);
            }
        }
    }
}

/// A handler that panics is to be called again; a panic here would be a fault of ours.
fn unwound<T>(ended: Result<T, JoinError>) -> T {
    ended.unwrap_or_else(|error| resume_unwind(error.into_panic()))
}

/// Brings what comes, as long as there is place for it.
async fn fetch(source: Arc<dyn Source>, coming: mpsc::Sender<Item>, shutdown: CancellationToken) {
    let places = Arc::new(Semaphore::new(UNDER_WAY));
    let bring = async {
        let mut brings = true;
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            let incoming = loop {
                match source.next().await {
                    Ok(incoming) => break incoming,
                    Err(error) => {
                        // Once, not as long as it lasts.
                        if mem::replace(&mut brings, false) {
                            tracing::warn!(error = error.to_string(), "The broker brings nothing");
                        }
                        sleep(REST).await;
                    }
                }
            };
            brings = true;
            let item = Item {
                incoming,
                _place: place,
            };
            if coming.send(item).await.is_err() {
                return;
            }
        }
    };
    shutdown.run_until_cancelled(bring).await;
}
