//! Webhooks that nobody has time for, and those who take one and are not heard of again.

use backend::MIGRATOR;
use futures::future::join_all;
use jiff::ToSpan;
use proto::v1::{ClaimWebhookResponse, attempt::Outcome, claim_due_response::Kind};
use serde_json::json;
use sqlx::PgPool;

use crate::{clockwork, series::text};

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_was_given_back_rests_before_it_is_given_out_again(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let mut person = clockwork.sign_up().await;
    let webhook = json!({"url": "https://example.com/hook", "event_types": ["task.*"]});
    let webhook = person.post("/webhooks", webhook).await;
    let id = text(&webhook["id"]);
    person.post("/tasks", json!({"title": "x"})).await;
    let (claim_id, claimed) = person.claim_webhook(id).await;
    assert_eq!(claimed.events.len(), 1);
    person.record_webhook(id, claim_id, &[]).await;

    person.pass(1.seconds());
    assert!(person.due(Kind::Webhook).await.is_empty());
    assert!(person.claim_webhook(id).await.1.events.is_empty());
    person.pass(30.seconds());
    assert_eq!(person.due(Kind::Webhook).await.len(), 1);
    assert_eq!(person.claim_webhook(id).await.1.events.len(), 1);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_may_have_arrived_is_told_of_and_marked(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let mut person = clockwork.sign_up().await;
    let webhook = json!({"url": "https://example.com/hook", "event_types": ["task.*"]});
    let webhook = person.post("/webhooks", webhook).await;
    let id = text(&webhook["id"]);
    person.post("/tasks", json!({"title": "one"})).await;
    let (_, claimed) = person.claim_webhook(id).await;
    assert_eq!(marks(&claimed), [false]);

    // Nobody tells what became of it; what came after it was not given out.
    person.post("/tasks", json!({"title": "two"})).await;
    person.pass(2.minutes());
    let (claim_id, claimed) = person.claim_webhook(id).await;
    assert_eq!(marks(&claimed), [true, false]);
    let [one, two] = &claimed.events[..] else {
        panic!("{claimed:?}");
    };
    let tried = [(one, Outcome::Accepted), (two, Outcome::Unknown)];
    person.record_webhook(id, claim_id, &tried).await;

    person.pass(2.minutes());
    let (claim_id, claimed) = person.claim_webhook(id).await;
    assert_eq!(marks(&claimed), [true]);
    // Whoever has it loses it to a change of the webhook.
    person
        .patch(&format!("/webhooks/{id}"), json!({"rotate_secret": true}))
        .await;
    let tried = [(&claimed.events[0], Outcome::Accepted)];
    person.record_webhook(id, claim_id, &tried).await;
    let (claim_id, claimed) = person.claim_webhook(id).await;
    assert_eq!(marks(&claimed), [true]);
    let tried = [(&claimed.events[0], Outcome::Accepted)];
    person.record_webhook(id, claim_id, &tried).await;

    let told = person.get(&format!("/webhooks/{id}/deliveries")).await;
    let told: Vec<_> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (text(&item["outcome"]), item["attempt"].as_i64().unwrap()))
        .collect();
    let of_two = [("accepted", 3), ("unknown", 2), ("unknown", 1)];
    let of_one = [("accepted", 2), ("unknown", 1)];
    assert_eq!(told, [&of_two[..], &of_one[..]].concat());
    person.post("/tasks", json!({"title": "three"})).await;
    assert_eq!(marks(&person.claim_webhook(id).await.1), [false]);
}

/// Deliveries are counted over all users.
#[sqlx::test(migrator = "MIGRATOR")]
async fn deliveries_are_paged_however_many_there_were(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let person = clockwork.sign_up().await;
    sqlx::query("alter table taskflow.webhook_attempts alter column id restart with 5000000000")
        .execute(&pool)
        .await
        .unwrap();
    let webhook = json!({"url": "https://example.com/hook", "event_types": ["task.*"]});
    let webhook = person.post("/webhooks", webhook).await;
    let id = text(&webhook["id"]);
    for title in ["one", "two"] {
        person.post("/tasks", json!({"title": title})).await;
    }
    let (claim_id, claimed) = person.claim_webhook(id).await;
    let events = claimed.events.iter();
    let tried: Vec<_> = events.map(|event| (event, Outcome::Accepted)).collect();
    person.record_webhook(id, claim_id, &tried).await;
    let path = format!("/webhooks/{id}/deliveries?limit=1");
    let first = person.get(&path).await;
    let cursor = first["next_cursor"].as_i64().unwrap();
    let second = person.get(&format!("{path}&cursor={cursor}")).await;
    assert_eq!(first["items"][0]["seq"], claimed.events[1].seq);
    assert_eq!(second["items"][0]["seq"], claimed.events[0].seq);
    assert!(second["next_cursor"].is_null());
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn nobody_has_more_than_twenty_however_fast_they_are(pool: PgPool) {
    let clockwork = clockwork::open(&pool).await;
    let person = clockwork.sign_up().await;
    let webhook = json!({"url": "https://example.com/hook", "event_types": ["task.*"]});
    for _ in 0..19 {
        person.post("/webhooks", webhook.clone()).await;
    }
    let more = (0..8).map(|_| person.ask("POST", "/webhooks", Some(webhook.clone())));
    let mut answers: Vec<u16> = join_all(more)
        .await
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    answers.sort_unstable();
    assert_eq!(answers, [201, 409, 409, 409, 409, 409, 409, 409]);
}

/// Which of the events say that they may come twice.
fn marks(claimed: &ClaimWebhookResponse) -> Vec<bool> {
    let events = claimed.events.iter();
    events.map(|event| event.may_be_twice).collect()
}
