//! People at work: they write, send again what was not answered, and listen in several tabs
//! that come back when they are cut off. In the end everything is compared.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use events::{Topic, UserId};
use reqwest::Method;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;
use uuid::Uuid;

use crate::database::LogRow;
use crate::kafka::{self, Record};
use crate::violation::{Violation, heard_exactly, in_order, published};
use crate::{Client, Heard, Site, Socket, send, wait};

const PEOPLE: usize = 4;
const WRITERS: usize = 3;
const TABS: usize = 2;

/// Where the tabs begin: the accounts were there before them.
const JOINED: u64 = 1;

/// Between two requests of a writer: a load, not a flood.
const PAUSE: Duration = Duration::from_millis(15);

/// How long everything may take to arrive once nothing is broken any more. A broker that was
/// killed needs half a minute.
const SETTLED: Duration = Duration::from_secs(90);

/// How long an expected thing may take under load.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where they work.
pub trait Place: Deref<Target = Site> {
    /// The bootstrap address of the broker, if there is one.
    fn brokers(&self) -> Result<String>;

    /// Where the `number`th tab of somebody listens.
    fn realtime_of(&self, number: usize) -> String;
}

/// Work in progress.
pub struct Load {
    people: Vec<Client>,
    shared: Arc<Shared>,
    /// They end with the load, like the tabs.
    writers: JoinSet<Result<Vec<Acknowledged>>>,
    tabs: JoinSet<Result<Tab>>,
    /// Tells the tabs of each person where to stop.
    goals: Vec<watch::Sender<Option<u64>>>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    acknowledged: AtomicU64,
    failed: AtomicU64,
}

/// A write that was answered with success.
struct Acknowledged {
    user: UserId,
    title: String,
    /// What it was answered with before.
    failures: Vec<Failure>,
}

/// A request that was not carried out, as far as its sender knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No answer: the connection was refused or broke.
    Unanswered,
    /// The status, and whether it said when to try again.
    Status { status: u16, retry_after: bool },
}

/// What a tab has heard over all its connections.
struct Tab {
    user: UserId,
    heard: Vec<Heard>,
    connections: usize,
}

/// What happened until everything had settled, and was found complete.
pub struct Outcome {
    pub failures: Vec<Failure>,
    /// Connections over all tabs; at least one each.
    pub reconnections: usize,
    pub people: Vec<UserId>,
    /// What lies on the tasks' topic; nothing where topics are not on a broker.
    pub records: Vec<Record>,
}

impl Outcome {
    /// Nothing that a request needs was broken, so none may have failed.
    pub fn without_failure(&self) -> Result<(), Violation> {
        let Self { failures, .. } = self;
        if failures.is_empty() {
            return Ok(());
        }
        Err(Violation::Failed(format!("requests ({failures:?})")))
    }
}

impl Load {
    pub async fn start(place: &impl Place) -> Result<Self> {
        Self::at_pace(place, PAUSE).await
    }

    /// The same with another pause between two requests of a writer.
    pub async fn at_pace(place: &impl Place, pause: Duration) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let (mut people, mut writers) = (Vec::new(), JoinSet::new());
        let (mut tabs, mut goals) = (JoinSet::new(), Vec::new());
        for _ in 0..PEOPLE {
            let person = place.sign_up().await?;
            let (goal, _) = watch::channel(None);
            for number in 0..TABS {
                let origin = place.realtime_of(number);
                tabs.spawn(listen(origin, person.clone(), goal.subscribe()));
            }
            for _ in 0..WRITERS {
                writers.spawn(write(person.clone(), pause, Arc::clone(&shared)));
            }
            people.push(person);
            goals.push(goal);
        }
        let load = Self {
            people,
            shared,
            writers,
            tabs,
            goals,
        };
        load.writes(50).await?;
        Ok(load)
    }

    /// Waits until as many more writes were acknowledged.
    pub async fn writes(&self, more: u64) -> Result<()> {
        rises(
            &self.shared.acknowledged,
            more,
            "more writes to be acknowledged",
        )
        .await
    }

    /// The same, and no request may fail meanwhile.
    pub async fn writes_without_failure(&self, more: u64) -> Result<()> {
        let Shared {
            acknowledged,
            failed,
            ..
        } = &*self.shared;
        let failures = failed.load(Ordering::Relaxed);
        let goal = acknowledged.load(Ordering::Relaxed) + more;
        wait::until("more writes to be acknowledged", PATIENCE, async || {
            if failed.load(Ordering::Relaxed) > failures {
                return Err(Violation::Failed("a write".to_owned()).into());
            }
            Ok((acknowledged.load(Ordering::Relaxed) >= goal).then_some(()))
        })
        .await
    }

    /// Waits until as many more requests have failed.
    pub async fn fails(&self, more: u64) -> Result<()> {
        rises(&self.shared.failed, more, "more requests to fail").await
    }

    /// Ends the work, waits until everything has arrived, and checks that it is complete:
    /// every acknowledged write was made once, every tab heard every event once and in order,
    /// and every event is on its topic.
    pub async fn finish(mut self, place: &impl Place) -> Result<Outcome> {
        self.shared.stop.store(true, Ordering::Relaxed);
        let mut acknowledged = Vec::new();
        while let Some(written) = self.writers.join_next().await {
            acknowledged.extend(written??);
        }
        let people: Vec<UserId> = self.people.iter().map(|person| person.user).collect();
        place.drained(&people, SETTLED).await?;
        for (user, goal) in people.iter().zip(&self.goals) {
            goal.send_replace(Some(place.database.head(*user).await?));
        }
        made_once(place, &people, &acknowledged).await?;
        let mut connections = 0;
        let count = self.tabs.len();
        loop {
            let tab = async { self.tabs.join_next().await.transpose()?.transpose() };
            let tab = wait::within("a tab to hear everything", SETTLED, tab).await?;
            let Some(tab) = tab else { break };
            let outcome = heard_exactly(place, tab.user, JOINED, &tab.heard).await;
            outcome.with_context(|| format!("a tab of {}", tab.user))?;
            connections += tab.connections;
        }
        let mut records = Vec::new();
        if let Ok(brokers) = place.brokers() {
            records = kafka::read_all(&brokers, Topic::Tasks).await?;
            published(&records, &task_log(place, &people).await?)?;
        }
        let failures = acknowledged.into_iter().flat_map(|write| write.failures);
        Ok(Outcome {
            failures: failures.collect(),
            reconnections: connections - count,
            people,
            records,
        })
    }
}

impl Outcome {
    /// What an unharmed publisher owes: no duplicates, and nothing late.
    pub async fn in_order(&self, site: &Site) -> Result<()> {
        in_order(&self.records, &task_log(site, &self.people).await?)
    }
}

async fn task_log(site: &Site, people: &[UserId]) -> Result<Vec<LogRow>> {
    let mut log = site.database.log(people).await?;
    log.retain(|row| row.topic == Topic::Tasks.name());
    Ok(log)
}

async fn rises(counter: &AtomicU64, more: u64, what: &str) -> Result<()> {
    let goal = counter.load(Ordering::Relaxed) + more;
    wait::until(what, PATIENCE, async || {
        Ok((counter.load(Ordering::Relaxed) >= goal).then_some(()))
    })
    .await
}

/// Every acknowledged write is there, and no write is there twice.
async fn made_once(site: &Site, people: &[UserId], acknowledged: &[Acknowledged]) -> Result<()> {
    for user in people {
        let titles = site.database.titles(*user).await?;
        let twice = titles.iter().find(|(_, count)| *count > 1);
        ensure!(
            twice.is_none(),
            "one Idempotency-Key made several tasks: {twice:?}"
        );
        for write in acknowledged.iter().filter(|write| write.user == *user) {
            let made = titles.iter().any(|(title, _)| *title == write.title);
            ensure!(made, "the acknowledged write {} is lost", write.title);
        }
    }
    Ok(())
}

/// Creates a task after the other, each until it is acknowledged.
async fn write(person: Client, pause: Duration, shared: Arc<Shared>) -> Result<Vec<Acknowledged>> {
    let mut acknowledged = Vec::new();
    while !shared.stop.load(Ordering::Relaxed) {
        let title = Uuid::new_v4().to_string();
        let mut failures = Vec::new();
        while let Some(failure) = attempt(&person, &title).await? {
            failures.push(failure);
            shared.failed.fetch_add(1, Ordering::Relaxed);
            sleep(PAUSE * 4).await;
        }
        shared.acknowledged.fetch_add(1, Ordering::Relaxed);
        let user = person.user;
        acknowledged.push(Acknowledged {
            user,
            title,
            failures,
        });
        sleep(pause).await;
    }
    Ok(acknowledged)
}

/// None when the write was acknowledged. The key is the title's.
async fn attempt(person: &Client, title: &str) -> Result<Option<Failure>> {
    let request = person
        .request(Method::POST, "/tasks")
        .header("idempotency-key", title);
    let Ok(answer) = send(request.json(&json!({"title": title}))).await else {
        return Ok(Some(Failure::Unanswered));
    };
    Ok(match answer.status {
        201 => None,
        status => Some(Failure::Status {
            status,
            retry_after: answer.headers.contains_key("retry-after"),
        }),
    })
}

/// Listens, reconnecting with its cursor, until the goal is known and reached.
async fn listen(
    origin: String,
    person: Client,
    mut goal: watch::Receiver<Option<u64>>,
) -> Result<Tab> {
    let mut tab = Tab {
        user: person.user,
        heard: Vec::new(),
        connections: 0,
    };
    let mut cursor = JOINED;
    let token = person.token.clone().unwrap_or_default();
    loop {
        let connected = Socket::connect(&origin, person.user, &token, Some(cursor)).await;
        let Ok(mut socket) = connected else {
            sleep(PAUSE * 4).await;
            continue;
        };
        tab.connections += 1;
        loop {
            if goal.borrow().is_some_and(|goal| cursor >= goal) {
                return Ok(tab);
            }
            tokio::select! {
                heard = socket.hear() => match heard? {
                    Heard::Closed(_) => break,
                    // A broker may be down for longer than the patience lasts.
                    Heard::Silence => {}
                    heard => {
                        if let Heard::Event(notice) = &heard {
                            cursor = notice.data.seq;
                        }
                        tab.heard.push(heard);
                    }
                },
                _ = goal.changed() => {}
            }
        }
    }
}
