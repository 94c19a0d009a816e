//! Years of people's lives in seconds, with schedulers that die, sleep, lose, repeat and race:
//! every occurrence is one task, in order, and none is missing that should be there.
//!
//! The seed is printed; `TASKFLOW_SEED` repeats a run.

use std::collections::BTreeMap;

use backend::MIGRATOR;
use events::{Due, Moment, Recurrence, find_zone};
use jiff::{Timestamp, ToSpan, civil::Time, tz::TimeZone};
use proto::v1::{
    claim_due_response::Entry, spawn_occurrences_request::Task, task_service_server::TaskService,
};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use recurrence::Rule;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{
    clockwork::{self, Person},
    series::{adds_up, text},
};

const PEOPLE: u64 = 6;
const STEPS: usize = 150;

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

const RULES: [&str; 9] = [
    "daily",
    "weekly",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYDAY=2TU",
    "FREQ=DAILY;COUNT=40",
    "FREQ=DAILY;UNTIL=20280101",
];

#[sqlx::test(migrator = "MIGRATOR")]
async fn every_occurrence_is_one_task(pool: PgPool) {
    let seed = from_env("TASKFLOW_SEED").unwrap_or_else(rand::random);
    eprintln!("TASKFLOW_SEED={seed}");
    let clockwork = clockwork::open(&pool).await;
    for number in 0..PEOPLE {
        let mut life = Life {
            person: clockwork.sign_up().await,
            rng: StdRng::seed_from_u64(seed.wrapping_add(number)),
            zones: Vec::new(),
            delayed: Vec::new(),
        };
        life.live().await;
        life.is_complete().await;
    }
    adds_up(&pool).await;
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
    /// Where the person was at home, and from when on.
    zones: Vec<(Timestamp, TimeZone)>,
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
                0 => self.person.pass(72.hours()),
                // The clock is set back; nothing may happen twice because of it.
                1 => self.person.pass((-1).hours()),
                2 => self.settle().await,
                3 => self.skip().await,
                4 => self.postpone().await,
                5 => self.back_and_forth().await,
                6..14 => self.complete().await,
                _ => {}
            }
            let minutes = self.rng.random_range(1..60 * 36);
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
        self.zones.push((self.person.now, find_zone(zone).unwrap()));
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
        let recurrence = json!({
            "rule": RULES.choose(&mut self.rng),
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
            // Delivered twice.
            2 => {
                self.person.spawn(&id).await;
                self.person.spawn(&id).await;
            }
            _ => {
                self.person.spawn(&id).await;
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
            let due = json!({"kind": "date", "date": "2031-01-01"});
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
                self.person.spawn(&id).await;
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
            match self.rng.random_range(0..5) {
                // Died before anything was published: the lease ends, and it comes again.
                0 => {}
                1 => self.delayed = tasks,
                2 => {
                    self.person.clockwork.spawn(clock, tasks.clone()).await;
                    self.person.clockwork.spawn(clock, tasks).await;
                }
                _ => {
                    self.person.clockwork.spawn(clock, tasks).await;
                }
            }
        }
    }

    /// All that is due is made, and then: each series is what its rule says.
    async fn is_complete(&mut self) {
        // Beyond any clock that was set back.
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
            self.person
                .clockwork
                .spawn(self.person.now, tasks.collect())
                .await;
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
        for pair in live.windows(2) {
            let [before, after] = pair else { continue };
            let (one, other) = (recurrence(before), recurrence(after));
            assert_eq!(
                one.next.map(|id| id.to_string()).as_deref(),
                after["id"].as_str(),
                "{pair:#?}"
            );
            assert!(one.occurrence < other.occurrence, "{pair:#?}");
            if text(&before["recurrence"]["mode"]) == "from_due" {
                self.follows(&one, &other, after);
            }
        }
        if let Some(newest) = live.last() {
            self.nothing_is_missing(newest);
        }
    }

    /// Between the two lie only occurrences that were skipped, or had passed when this was made.
    fn follows(&self, one: &Recurrence, other: &Recurrence, after: &Value) {
        let rule: Rule = one.rule.parse().unwrap();
        let made: Timestamp = text(&after["created_at"]).parse().unwrap();
        let mut between = rule
            .occurrences(one.start, &[])
            .skip_while(|moment| *moment <= one.occurrence);
        let passed: Vec<_> = between
            .by_ref()
            .take_while(|moment| *moment < other.occurrence)
            .collect();
        assert!(
            rule.occurrences(one.start, &[])
                .take(4_000)
                .any(|moment| moment == other.occurrence),
            "{} is not an occurrence of {}",
            other.occurrence,
            one.rule
        );
        for moment in passed {
            let skipped = other.exdates.contains(&moment);
            let catches_up = text(&after["recurrence"]["catch_up"]) != "all";
            let had_passed = catches_up && self.comes_at(one, moment, made) <= made;
            assert!(skipped || had_passed, "{moment} is missing in {after:#}");
        }
    }

    /// The newest is open and waits, or nothing follows it.
    fn nothing_is_missing(&self, newest: &Value) {
        let recurrence = recurrence(newest);
        let rule: Rule = recurrence.rule.parse().unwrap();
        let following = rule.after(recurrence.start, &recurrence.exdates, recurrence.occurrence);
        let is_exhausted = following.is_none() || rule.count() == Some(recurrence.number);
        let now = self.person.now;
        let piles_up = text(&newest["recurrence"]["open"]) == "pile_up";
        let skips = text(&newest["recurrence"]["catch_up"]) == "skip";
        let waits = newest["completed"] == false
            && (!piles_up
                || following.is_none_or(|moment| self.comes_at(&recurrence, moment, now) > now));
        assert!(
            waits || is_exhausted || skips,
            "nothing followed {newest:#}"
        );
    }

    fn comes_at(&self, recurrence: &Recurrence, moment: Moment, at: Timestamp) -> Timestamp {
        let mut homes = self.zones.iter().rev();
        let home = homes.find(|(since, _)| *since <= at).map(|(_, zone)| zone);
        let home = home.unwrap_or(&self.zones[0].1);
        let due = match recurrence.due(moment) {
            Due::Date { date } => Due::Floating {
                local: date.to_datetime(Time::midnight()),
            },
            due => due,
        };
        due.instant(home).unwrap()
    }
}

fn recurrence(task: &Value) -> Recurrence {
    serde_json::from_value(task["recurrence"].clone()).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "how a person repeats a run")]
fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
