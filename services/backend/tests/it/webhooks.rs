//! Webhooks that nobody has time for.

use backend::MIGRATOR;
use jiff::ToSpan;
use proto::v1::claim_due_response::Kind;
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
    person.release_webhook(id, claim_id).await;

    person.pass(1.seconds());
    assert!(person.due(Kind::Webhook).await.is_empty());
    assert!(person.claim_webhook(id).await.1.events.is_empty());
    person.pass(30.seconds());
    assert_eq!(person.due(Kind::Webhook).await.len(), 1);
    assert_eq!(person.claim_webhook(id).await.1.events.len(), 1);
}
