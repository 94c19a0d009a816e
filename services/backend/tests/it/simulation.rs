//! Years of people's lives in seconds, with schedulers that die, sleep, lose, repeat and race, and
//! clocks that jump: every occurrence is one task, the one that the policy of its series says, due
//! at its hour in its zone, and none is missing that should be there.
//!
//! `TASKFLOW_SEED` makes it another life, or repeats one.

use std::{
    collections::{BTreeMap, HashMap},
    iter,
    time::Duration,
};

use events::{CatchUp, Moment, OpenPolicy, Recurrence, RecurrenceMode, find_zone};
use futures::future::join;
use jiff::{Timestamp, ToSpan, civil::DateTime, tz::TimeZone};
use proto::v1::{
    claim_due_response::Entry, spawn_occurrences_request::Task,
    spawn_occurrences_response::Outcome, task_service_server::TaskService,
};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use recurrence::Rule;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::time::timeout;

use crate::{
    clockwork::{self, Person},
    fresh,
    series::{adds_up, text},
};

const PEOPLE: u64 = 6;
const STEPS: usize = 300;

const ZONES: [&str; 8] = [
    "UTC",
    "America/New_York",
    "Europe/London",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Asia/Kolkata",
];

/// Where a single one is moved to: beyond any life.
const POSTPONED: &str = "2031-01-01";

const SEED: u64 = 20_261_129;

const RULES: [&str; 9] = [
    "daily",
    "weekly",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYDAY=2TU",
    "FREQ=DAILY;COUNT=40",
    // A day some months ahead follows.
    "FREQ=DAILY;UNTIL=",
];

#[tokio::test]
async fn every_occurrence_is_one_task() {
    fresh::database(async |pool| {
        let seed = from_env("TASKFLOW_SEED").unwrap_or(SEED);
        eprintln!("TASKFLOW_SEED={seed}");
        let clockwork = clockwork::open(&pool).await;
        for number in 0..PEOPLE {
            let mut life = Life {
                person: clockwork.sign_up().await,
                rng: StdRng::seed_from_u64(seed.wrapping_add(number)),
                pool: &pool,
                zone: TimeZone::UTC,
                latest: Timestamp::MIN,
                made: HashMap::new(),
                delayed: Vec::new(),
            };
            life.live().await;
            life.is_complete().await;
        }
        adds_up(&pool).await;
    })
    .await;
}

/// What a trigger asks for: of whoever it is, and others live on the same calendar.
fn triggered(entry: Entry) -> Task {
    Task {
        user_id: entry.user_id,
        task_id: entry.subject_id,
        correlation_id: "tick".to_owned(),
    }
}

struct Life<'a, T> {
    person: Person<'a, T>,
    rng: StdRng,
    pool: &'a PgPool,
    /// Where the person is at home.
    zone: TimeZone,
    /// The latest that the person's clock has ever shown.
    latest: Timestamp,
    /// By the task before: when the occurrence after it was made, by the clock of whoever made it,
    /// and where the person was at home then.
    made: HashMap<String, (Timestamp, TimeZone)>,
    /// Triggers and events that are still on their way.
    delayed: Vec<Task>,
}

impl<T: TaskService> Life<'_, T> {
    async fn live(&mut self) {
        self.settle().await;
        for number in 0..5 {
            self.begin(number).await;
        }
        for _ in 0..STEPS {
            match self.rng.random_range(0..20) {
                // Away, or everything is down.
                0 => {
                    let days = self.rng.random_range(3..40);
                    self.person.pass((24 * days).hours());
                }
                // The clock is set back; nothing may happen twice because of it.
                1 => self.person.pass((-1).hours()),
                6 => self.ahead().await,
                2 => self.settle().await,
                3 => self.skip().await,
                4 => self.postpone().await,
                5 => self.back_and_forth().await,
                7..15 => self.complete().await,
                _ => {}
            }
            self.latest = self.latest.max(self.person.now);
            let minutes = self.rng.random_range(1..60 * 48);
            self.person.pass(minutes.minutes());
            if self.rng.random_bool(0.8) {
                self.schedulers().await;
            }
        }
    }

    async fn settle(&mut self) {
        let zone = *ZONES.choose(&mut self.rng).unwrap();
        self.person
            .patch("/profile", json!({"time_zone": zone}))
            .await;
        self.zone = find_zone(zone).unwrap();
    }

    /// The clock runs three days ahead, things happen, and it is put right.
    async fn ahead(&mut self) {
        self.person.pass(72.hours());
        self.complete().await;
        self.schedulers().await;
        self.latest = self.latest.max(self.person.now);
        self.person.pass((-72).hours());
        self.person.tidy(self.pool).await;
    }

    async fn begin(&mut self, number: usize) {
        let day = self.person.now.to_zoned(TimeZone::UTC).date();
        let hour: i8 = self.rng.random_range(0..24);
        let local = day.at(hour, 30, 0, 0);
        let due = match number % 3 {
            0 => json!({"kind": "date", "date": day}),
            1 => json!({"kind": "floating", "local": local}),
            _ => json!({"kind": "zoned", "local": local, "zone": ZONES.choose(&mut self.rng)}),
        };
        let mode = if self.rng.random_bool(0.25) {
            "after_completion"
        } else {
            "from_due"
        };
        let piles_up = mode == "from_due" && self.rng.random::<bool>();
        let catch_up = ["all", "latest", "skip"].choose(&mut self.rng);
        let mut rule = (*RULES.choose(&mut self.rng).unwrap()).to_owned();
        if rule.ends_with("UNTIL=") {
            rule += &(day + 200.days()).strftime("%Y%m%d").to_string();
        }
        let recurrence = json!({
            "rule": rule,
            "mode": mode,
            "open": if piles_up { "pile_up" } else { "keep_one" },
            "catch_up": catch_up,
        });
        let task = json!({"title": format!("{number}"), "due": due, "recurrence": recurrence});
        self.person.post("/tasks", task).await;
    }

    /// A task that is open, if there is one.
    async fn open(&mut self) -> Option<Value> {
        let tasks = self.person.get("/tasks?status=open&limit=200").await;
        tasks["items"]
            .as_array()
            .unwrap()
            .choose(&mut self.rng)
            .cloned()
    }

    async fn complete(&mut self) {
        let Some(task) = self.open().await else {
            return;
        };
        let id = text(&task["id"]).to_owned();
        self.person.complete(&id).await;
        match self.rng.random_range(0..4) {
            // The event is lost; the tick finds it.
            0 => {}
            1 => self.delayed.push(self.person.task(&id)),
            2 => {
                let tasks = vec![self.person.task(&id)];
                self.twice(self.person.now, tasks).await;
            }
            _ => {
                let tasks = vec![self.person.task(&id)];
                self.spawn(self.person.now, tasks).await;
            }
        }
    }

    /// Hands tasks to the backend, as a scheduler with this clock.
    async fn spawn(&mut self, clock: Timestamp, tasks: Vec<Task>) {
        let outcomes = self.person.clockwork.spawn(clock, tasks.clone()).await;
        self.note(clock, &tasks, &outcomes);
    }

    /// Delivered twice: then there is nothing left to do.
    async fn twice(&mut self, clock: Timestamp, tasks: Vec<Task>) {
        self.spawn(clock, tasks.clone()).await;
        let again = self.person.clockwork.spawn(clock, tasks).await;
        let made = again.contains(&Outcome::Spawned);
        assert!(!made, "made once more: {again:?}");
    }

    fn note(&mut self, clock: Timestamp, tasks: &[Task], outcomes: &[Outcome]) {
        for (task, outcome) in tasks.iter().zip(outcomes) {
            if *outcome == Outcome::Spawned {
                let made = (clock, self.zone.clone());
                self.made.insert(task.task_id.clone(), made);
            }
        }
    }

    /// Two at once.
    async fn race(&mut self, clocks: [Timestamp; 2], tasks: Vec<Task>) {
        let [one, other] = clocks.map(|clock| self.person.clockwork.spawn(clock, tasks.clone()));
        let (one, other) = join(one, other).await;
        self.note(clocks[0], &tasks, &one);
        self.note(clocks[1], &tasks, &other);
    }

    /// Dies in the middle of it; what it had made by then, nobody is told.
    async fn killed(&mut self, clock: Timestamp, tasks: Vec<Task>) {
        let after = Duration::from_millis(self.rng.random_range(0..30));
        let spawned = self.person.clockwork.spawn(clock, tasks.clone());
        match timeout(after, spawned).await {
            Ok(outcomes) => self.note(clock, &tasks, &outcomes),
            Err(_) => {
                for task in tasks {
                    let made = (clock, self.zone.clone());
                    self.made.entry(task.task_id).or_insert(made);
                }
            }
        }
    }

    async fn skip(&mut self) {
        if let Some(task) = self.open().await {
            let path = format!("/tasks/{}/recurrence/skip", text(&task["id"]));
            let answer = self.person.ask("POST", &path, None).await;
            assert!(
                [200, 409].contains(&answer.status.as_u16()),
                "{}",
                answer.body
            );
        }
    }

    /// Moves only this one.
    async fn postpone(&mut self) {
        if let Some(task) = self.open().await {
            let path = format!("/tasks/{}", text(&task["id"]));
            let due = json!({"kind": "date", "date": POSTPONED});
            self.person.patch(&path, json!({ "due": due })).await;
        }
    }

    /// Completes, takes it back, and does it again, with the scheduler in between.
    async fn back_and_forth(&mut self) {
        let Some(task) = self.open().await else {
            return;
        };
        let id = text(&task["id"]).to_owned();
        let mut change_set = self.person.complete(&id).await;
        for _ in 0..2 {
            if self.rng.random::<bool>() {
                let tasks = vec![self.person.task(&id)];
                self.spawn(self.person.now, tasks).await;
            }
            let undo = json!({"change_set_id": change_set});
            let report = self.person.post("/undo", undo).await;
            text(&report["change_set_id"]).clone_into(&mut change_set);
        }
        self.delayed.push(self.person.task(&id));
    }

    /// Two of them, on clocks of their own.
    async fn schedulers(&mut self) {
        for _ in 0..2 {
            let clock = self.person.now + i64::from(self.rng.random_range(0..3)).seconds();
            let limit = self.rng.random_range(1..10);
            let entries = self.person.clockwork.claim(clock, limit).await;
            let mut tasks: Vec<Task> = entries.into_iter().map(triggered).collect();
            tasks.append(&mut self.delayed);
            match self.rng.random_range(0..7) {
                // Died before anything was published: the lease ends, and it comes again.
                0 => {}
                1 => self.delayed = tasks,
                2 => self.twice(clock, tasks).await,
                3 => self.killed(clock, tasks).await,
                4 => self.race([clock, self.person.now], tasks).await,
                _ => self.spawn(clock, tasks).await,
            }
        }
    }

    /// All that is due is made, and then: each series is what its rule says.
    async fn is_complete(&mut self) {
        // Beyond any clock that was set back, or ran ahead.
        self.person.now = self.latest.max(self.person.now);
        self.person.pass(2.hours());
        for round in 0.. {
            // Beyond any lease, but so little that nothing new comes due meanwhile.
            self.person.pass(1.minutes());
            let entries = self.person.clockwork.claim(self.person.now, 1000).await;
            if entries.is_empty() {
                break;
            }
            assert!(round < 1_000, "it never ends: {entries:?}");
            let tasks = entries.into_iter().map(triggered);
            let tasks = tasks.collect();
            self.spawn(self.person.now, tasks).await;
        }
        let mut series: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for task in self.person.tasks().await {
            let id = text(&task["recurrence"]["series_id"]).to_owned();
            series.entry(id).or_default().push(task);
        }
        for tasks in series.values_mut() {
            tasks.sort_by_key(|task| task["recurrence"]["number"].as_u64());
            self.is_what_the_rule_says(tasks);
        }
    }

    fn is_what_the_rule_says(&self, tasks: &[Value]) {
        let live: Vec<_> = tasks
            .iter()
            .filter(|task| task["deleted_at"].is_null())
            .collect();
        for task in &live {
            self.is_due_when_it_occurs(task);
        }
        for pair in live.windows(2) {
            let [before, after] = pair else { continue };
            let (one, other) = (recurrence(before), recurrence(after));
            assert_eq!(
                one.next.map(|id| id.to_string()).as_deref(),
                after["id"].as_str(),
                "{pair:#?}"
            );
            let id = text(&before["id"]);
            let (made, zone) = &self.made[id];
            let completed_at = text(&before["completed_at"]).parse().ok();
            let mut expected = follows(&one, completed_at, *made, zone);
            // Whoever skips one goes on to the next.
            let mut last = one.clone();
            for number in one.number + 1..other.number {
                last.occurrence = expected.unwrap();
                last.number = number;
                expected = skipping(&last);
            }
            assert_eq!(expected, Some(other.occurrence), "at {made}: {pair:#?}");
        }
        if let Some(newest) = live.last() {
            self.nothing_is_missing(newest);
        }
    }

    /// Unless somebody moved it.
    fn is_due_when_it_occurs(&self, task: &Value) {
        if task["due"]["date"] == POSTPONED {
            return;
        }
        let one = recurrence(task);
        let zone = zone(&one, &self.zone);
        let (due, due_at) = match (one.occurrence, &one.zone) {
            // Until the day is over.
            (Moment::Date(date), _) => {
                let next = (date + 1.day()).at(0, 0, 0, 0);
                let due_at = first_shown(next, &zone) - 1.microsecond();
                (json!({"kind": "date", "date": date}), due_at)
            }
            (Moment::DateTime(local), None) => {
                let due = json!({"kind": "floating", "local": local});
                (due, first_shown(local, &zone))
            }
            (Moment::DateTime(local), Some(name)) => {
                let due = json!({"kind": "zoned", "local": local, "zone": name});
                (due, first_shown(local, &zone))
            }
        };
        assert_eq!(task["due"], due, "{task:#}");
        let told: Timestamp = text(&task["due_at"]).parse().unwrap();
        assert_eq!(told, due_at, "{task:#}");
    }

    /// The newest is open and waits, or nothing follows it.
    fn nothing_is_missing(&self, newest: &Value) {
        let recurrence = recurrence(newest);
        let now = self.person.now;
        let completed_at = text(&newest["completed_at"]).parse().ok();
        let waits = completed_at.is_none()
            && (recurrence.open == OpenPolicy::KeepOne
                || skipping(&recurrence)
                    .is_none_or(|moment| self.comes_at(&recurrence, moment) > now));
        let is_over = || follows(&recurrence, completed_at, now, &self.zone).is_none();
        assert!(waits || is_over(), "nothing followed {newest:#}");
    }

    fn comes_at(&self, recurrence: &Recurrence, moment: Moment) -> Timestamp {
        let local = match moment {
            Moment::Date(date) => date.at(0, 0, 0, 0),
            Moment::DateTime(local) => local,
        };
        first_shown(local, &zone(recurrence, &self.zone))
    }
}

/// When the clocks of a zone first show a time, or a later one: by looking at them each quarter of
/// an hour, because the way from a local time to an instant is what is tested. No zone is apart
/// from another, and no clock is set, by less.
fn first_shown(local: DateTime, zone: &TimeZone) -> Timestamp {
    let from = local.to_zoned(TimeZone::UTC).unwrap().timestamp() - 15.hours();
    let mut looks = (0_i64..).map(|quarter| from + (15 * quarter).minutes());
    let shows = |at: &Timestamp| at.to_zoned(zone.clone()).datetime() >= local;
    looks.find(shows).unwrap()
}

/// Where the local times of a series are, for somebody at home there.
fn zone(one: &Recurrence, home: &TimeZone) -> TimeZone {
    let own = one.zone.as_deref().map(|name| find_zone(name).unwrap());
    own.unwrap_or_else(|| home.clone())
}

/// What the policy says about the occurrence that is made then.
fn follows(
    one: &Recurrence,
    completed_at: Option<Timestamp>,
    made: Timestamp,
    home: &TimeZone,
) -> Option<Moment> {
    let zone = zone(one, home);
    let there = |at: Timestamp| at.to_zoned(zone.clone()).datetime();
    if one.mode == RecurrenceMode::AfterCompletion {
        let day = there(completed_at.unwrap().min(made)).date();
        return counted_from(
            one,
            match one.start {
                Moment::Date(_) => Moment::Date(day),
                Moment::DateTime(start) => Moment::DateTime(day.to_datetime(start.time())),
            },
        );
    }
    let rule: Rule = one.rule.parse().unwrap();
    let after = |moment| rule.after(one.start, &one.exdates, moment);
    let now = there(made);
    let has_come = |moment: &Moment| match moment {
        Moment::Date(day) => *day <= now.date(),
        Moment::DateTime(time) => *time <= now,
    };
    let is_today = |moment: &Moment| *moment == Moment::Date(now.date());
    let have_come: Vec<Moment> = iter::successors(after(one.occurrence), |last| after(*last))
        .take_while(has_come)
        .collect();
    let last = have_come.last().copied();
    let to_come = || after(last.unwrap_or(one.occurrence));
    match one.catch_up {
        CatchUp::All => after(one.occurrence),
        CatchUp::Latest => last.or_else(to_come),
        CatchUp::Skip => match (one.open, one.start, &have_come[..]) {
            // At the moment when it comes it is not missed.
            (OpenPolicy::PileUp, Moment::DateTime(_), [only]) => Some(*only),
            _ => last.filter(is_today).or_else(to_come),
        },
    }
}

fn skipping(one: &Recurrence) -> Option<Moment> {
    if one.mode == RecurrenceMode::AfterCompletion {
        return counted_from(one, one.occurrence);
    }
    let rule: Rule = one.rule.parse().unwrap();
    rule.after(one.start, &one.exdates, one.occurrence)
}

fn counted_from(one: &Recurrence, completed: Moment) -> Option<Moment> {
    let rule: Rule = one.rule.parse().unwrap();
    let next = |moment: &Moment| rule.after_completion(*moment, one.number);
    let first = next(&completed)?;
    // Ahead of time, it is counted from the occurrence itself.
    let first = Some(first).filter(|first| *first > one.occurrence);
    iter::successors(first.or_else(|| next(&one.occurrence)), next)
        .find(|moment| !one.exdates.contains(moment))
}

fn recurrence(task: &Value) -> Recurrence {
    serde_json::from_value(task["recurrence"].clone()).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "how a person repeats a run")]
fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
