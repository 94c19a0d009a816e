//! Reminders as the clock goes on, jumps, and comes back, and as the person moves.

use backend::MIGRATOR;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use proto::v1::{
    attempt::Outcome, claim_due_response::Kind, spawn_occurrences_response::Outcome as Spawned,
    task_service_server::TaskService,
};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{
    clockwork::{self, Person},
    series::{adds_up, text},
};

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_was_sent_is_not_sent_again_when_the_person_moves(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let mut person = clockwork.sign_up().await;
    live(&person, json!({"time_zone": "America/New_York"})).await;
    let day = person.now.to_zoned(TimeZone::UTC).date() + 2.days();
    let all_day = remind(&person, json!({"kind": "date", "date": day})).await;
    let refused = remind(&person, json!({"kind": "date", "date": day})).await;
    let at_ten = json!({"kind": "floating", "local": day.at(10, 0, 0, 0)});
    let timed = remind(&person, at_ten).await;
    // Nine o'clock there, and ten.
    person.now = day.at(15, 30, 0, 0).in_tz("UTC").unwrap().timestamp();
    let mut due = person.due(Kind::Reminder).await;
    due.sort_by_key(|entry| entry.subject_id != refused);
    assert_eq!(due.len(), 3);
    assert_eq!(person.send(&due[..1], Outcome::FailedRetry).await.len(), 1);
    assert_eq!(person.send(&due[1..], Outcome::Accepted).await.len(), 2);

    for change in [
        alerts(&json!({"all_day_at": "08:00"})),
        alerts(&json!({"quiet_hours": {"from": "09:30", "to": "10:30"}})),
        json!({"time_zone": "Europe/Berlin"}),
        json!({"time_zone": "America/New_York"}),
    ] {
        live(&person, change.clone()).await;
        assert!(
            person.remind(Outcome::Accepted).await.is_empty(),
            "sent again after {change}"
        );
    }
    // What was to be tried again still is.
    person.pass(1.minutes());
    assert_eq!(person.remind(Outcome::Accepted).await.len(), 1);
    for reminder in [&all_day, &refused, &timed] {
        let why = person.get(&format!("/reminders/{reminder}/why")).await;
        assert_eq!(why["firings"].as_array().unwrap().len(), 1, "{why:#}");
        assert!(text(&why["text"]).starts_with("It fired"), "{why:#}");
    }
    // An hour that is still to come is another.
    live(&person, alerts(&json!({"all_day_at": "20:00"}))).await;
    person.pass(24.hours());
    assert_eq!(person.remind(Outcome::Accepted).await.len(), 2);
    adds_up(&pool).await;
}

/// The ledger is forgotten after a time, and what went nowhere was never in it.
#[sqlx::test(migrator = "MIGRATOR")]
async fn what_no_ledger_knows_any_more_is_not_sent_again_either(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let mut person = clockwork.sign_up().await;
    live(&person, json!({"time_zone": "America/New_York"})).await;
    live(&person, alerts(&json!({"channels": []}))).await;
    let day = person.now.to_zoned(TimeZone::UTC).date() + 2.days();
    let due = json!({"kind": "date", "date": day});
    let forgotten = remind(&person, due.clone()).await;
    remind_on(&person, due, &[]).await;
    person.now = day.at(15, 30, 0, 0).in_tz("UTC").unwrap().timestamp();
    assert_eq!(person.remind(Outcome::Accepted).await.len(), 1);
    person.pass((24 * 91).hours());
    person.tidy(&pool).await;
    let why = person.get(&format!("/reminders/{forgotten}/why")).await;
    assert_eq!(why["firings"], json!([]));

    for change in [
        alerts(&json!({"channels": ["in_app"]})),
        alerts(&json!({"all_day_at": "08:00"})),
        alerts(&json!({"quiet_hours": {"from": "07:30", "to": "10:30"}})),
        json!({"time_zone": "Europe/Berlin"}),
    ] {
        live(&person, change.clone()).await;
        let due = person.due(Kind::Reminder).await;
        assert!(due.is_empty(), "{due:?} after {change}");
    }
    adds_up(&pool).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_came_due_before_it_was_imported_stays_so_when_the_person_moves(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let heir = clockwork.sign_up().await;
    let owner = clockwork.site.sign_up().await.unwrap();
    let day = heir.now.to_zoned(TimeZone::UTC).date() - 3.days();
    let task = reminded(&json!({"kind": "date", "date": day}), &["email"]);
    let added = owner.post("/tasks", &task).await.unwrap();
    added.expect(201).unwrap();
    let file = owner.get("/export").await.unwrap().body;
    let import = heir.client.request(Method::POST, "/import").body(file);
    let imported = testing::send(import).await.unwrap();
    imported.expect(200).unwrap();

    assert!(heir.due(Kind::Reminder).await.is_empty());
    live(&heir, alerts(&json!({"all_day_at": "08:00"}))).await;
    let due = heir.due(Kind::Reminder).await;
    assert!(due.is_empty(), "{due:?}");
    adds_up(&pool).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_clock_that_ran_ahead_loses_nothing(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let mut person = clockwork.sign_up().await;
    let day = person.now.to_zoned(TimeZone::UTC).date();
    let daily = json!({
        "title": "Water", "due": {"kind": "date", "date": day},
        "recurrence": {"rule": "daily", "catch_up": "latest"},
    });
    let daily = person.post("/tasks", daily).await;
    let given_up = remind(&person, at(person.now + 1.hours())).await;
    let claimed = remind(&person, at(person.now + 1.hours())).await;
    let later = remind(&person, at(person.now + 96.hours())).await;

    person.pass(72.hours());
    person
        .post("/tasks", json!({"title": "Of the future"}))
        .await;
    for entry in person.due(Kind::Reminder).await {
        if entry.subject_id == given_up {
            let (_, claim) = person.claim_reminder(&entry).await;
            assert!(claim.deliveries.is_empty(), "three days late");
        }
    }
    person.pass((-72).hours());
    person.tidy(&pool).await;

    // The log is three days ahead still, and nothing waits for that.
    let id = text(&daily["id"]);
    person.complete(id).await;
    assert_eq!(person.spawn(id).await, Spawned::Spawned);
    let done = person.get(&format!("/tasks/{id}")).await;
    let next = format!("/tasks/{}", text(&done["recurrence"]["next"]));
    let next = person.get(&next).await;
    assert_eq!(next["due"]["date"], (day + 1.days()).to_string());
    let snoozed = person
        .post(
            &format!("/reminders/{later}/snooze"),
            json!({"minutes": 90}),
        )
        .await;
    let until: Timestamp = text(&snoozed["fires_at"]).parse().unwrap();
    assert_eq!(until, person.now + 90.minutes());

    person.pass(1.hours());
    assert_eq!(person.remind(Outcome::FailedRetry).await.len(), 2);
    person.pass(1.minutes());
    assert_eq!(person.remind(Outcome::Accepted).await.len(), 2);
    person.pass(30.minutes());
    assert_eq!(person.remind(Outcome::Accepted).await.len(), 1);
    for reminder in [&given_up, &claimed, &later] {
        let why = person.get(&format!("/reminders/{reminder}/why")).await;
        let delivery = &why["firings"][0]["deliveries"][0];
        assert_eq!(delivery["state"], "accepted", "{why:#}");
    }
    adds_up(&pool).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_days_late_is_told_of_in_the_app(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let mut person = clockwork.sign_up().await;
    let due = at(person.now + 1.hours());
    let by_mail = remind(&person, due.clone()).await;
    live(&person, alerts(&json!({"channels": ["in_app", "email"]}))).await;
    let both = remind_on(&person, due, &[]).await;
    person.pass(72.hours());
    assert!(person.remind(Outcome::Accepted).await.is_empty());
    let told = person.get("/notifications").await;
    let mut told: Vec<_> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (text(&item["kind"]), text(&item["reminder_id"])))
        .collect();
    told.sort_unstable();
    assert_eq!(told, [("reminder", &*both), ("reminder_failed", &*by_mail)]);
    adds_up(&pool).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_cancelled_is_not_said_to_be_tried_again(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let mut person = clockwork.sign_up().await;
    let reminder = remind(&person, at(person.now + 1.hours())).await;
    person.pass(1.hours());
    assert_eq!(person.remind(Outcome::FailedRetry).await.len(), 1);
    let why = format!("/reminders/{reminder}/why");
    let refused = person.get(&why).await.to_string();
    assert!(refused.contains("The next attempt is at"), "{refused}");

    let task = text(&person.get(&why).await["task_id"]).to_owned();
    let change_set = person.complete(&task).await;
    person.pass(1.hours());
    assert!(person.remind(Outcome::Accepted).await.is_empty());
    let cancelled = person.get(&why).await;
    let delivery = &cancelled["firings"][0]["deliveries"][0];
    assert_eq!(delivery["state"], "cancelled", "{cancelled:#}");
    assert!(!cancelled.to_string().contains("The next attempt is at"));

    person
        .post("/undo", json!({"change_set_id": change_set}))
        .await;
    assert_eq!(person.remind(Outcome::Accepted).await.len(), 1);
    let accepted = person.get(&why).await;
    let delivery = &accepted["firings"][0]["deliveries"][0];
    assert_eq!(delivery["state"], "accepted", "{accepted:#}");
}

/// A reminder by e-mail of a task that is due then; its id.
async fn remind<T: TaskService>(person: &Person<'_, T>, due: Value) -> String {
    remind_on(person, due, &["email"]).await
}

async fn remind_on<T: TaskService>(
    person: &Person<'_, T>,
    due: Value,
    channels: &[&str],
) -> String {
    let task = person.post("/tasks", reminded(&due, channels)).await;
    text(&task["reminders"][0]["id"]).to_owned()
}

fn reminded(due: &Value, channels: &[&str]) -> Value {
    let when = json!({"kind": "before", "minutes": 0});
    let reminders = json!([{"when": when, "channels": channels}]);
    json!({"title": "Buy milk", "due": due, "reminders": reminders})
}

fn at(instant: Timestamp) -> Value {
    let local = instant.to_zoned(TimeZone::UTC).datetime();
    json!({"kind": "zoned", "local": local, "zone": "UTC"})
}

fn alerts(alerts: &Value) -> Value {
    json!({"settings": {"notifications": alerts}})
}

async fn live<T: TaskService>(person: &Person<'_, T>, profile: Value) {
    person.patch("/profile", profile).await;
}
