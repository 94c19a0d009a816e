//! What a calendar program is given.

use axum::http::StatusCode;
use backend::MIGRATOR;
use jiff::{ToSpan, tz::TimeZone};
use serde_json::json;
use sqlx::PgPool;

use crate::{clockwork, series::text};

#[sqlx::test(migrator = "MIGRATOR")]
async fn it_is_bounded_and_begins_today(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let person = clockwork.sign_up().await;
    let today = person.now.to_zoned(TimeZone::UTC).date();
    let task = |title: &str, due, description: &str| {
        let due = json!({"kind": "date", "date": due});
        let recurrence = json!({"rule": "daily"});
        json!({"title": title, "description": description, "due": due, "recurrence": recurrence})
    };
    let overdue = task("Overdue", today - 60.days(), "");
    person.post("/tasks", overdue).await;
    let long = task("Long", today, &"x".repeat(10_000));
    let batch = json!({"operations": vec![json!({"op": "create", "task": long}); 20]});
    for _ in 0..50 {
        person.post("/tasks/batch", batch.clone()).await;
    }
    let expires_at = person.now + (24 * 365).hours();
    let token = json!({"name": "Phone", "scope": "calendar", "expires_at": expires_at});
    let token = person.post("/tokens", token).await;
    let (status, calendar) = person.calendar(text(&token["token"])).await;
    assert_eq!(status, StatusCode::OK);
    assert!(calendar.len() < 8 * 1024 * 1024, "{} bytes", calendar.len());
    let events = calendar.matches("BEGIN:VEVENT").count();
    assert_eq!(events, 5_000);
    let described = calendar.matches("DESCRIPTION:").count();
    assert!((200..300).contains(&described), "{described} descriptions");

    // Its own, and none that has passed; what is to come is cut off by the many others.
    let overdue = calendar.split("BEGIN:VEVENT");
    let overdue = overdue.filter(|event| event.contains("SUMMARY:Overdue"));
    let days: Vec<_> = overdue
        .filter_map(|event| event.split("DTSTART;VALUE=DATE:").nth(1)?.get(..8))
        .collect();
    let spelled = |date: jiff::civil::Date| date.strftime("%Y%m%d").to_string();
    assert_eq!(days[0], spelled(today - 60.days()));
    assert_eq!(days[1], spelled(today));
}
