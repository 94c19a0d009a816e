//! A page of the log is as long as memory allows, not as long as somebody's texts.

use backend::{MIGRATOR, task_service};
use proto::v1::{ListEventsRequest, task_service_server::TaskService};
use serde_json::json;
use sqlx::PgPool;
use testing::Client;

use crate::{desk, series::text};

/// Of a change, before and after together.
const LARGE: usize = 80_000;
const CHANGES: usize = 120;

/// A page and the event that it ends with.
const BOUND: usize = 5 * 1024 * 1024;

/// Changes a task's description, and at last something else.
async fn write(owner: &Client) {
    let task = owner.post("/tasks", &json!({"title": "x"})).await.unwrap();
    let path = format!("/tasks/{}", text(&task.expect(201).unwrap()["id"]));
    for clef in ["𝄞", "𝄢"].iter().cycle().take(CHANGES) {
        let long = json!({"description": clef.repeat(LARGE / 2 / clef.len())});
        let changed = owner.patch(&path, &long).await.unwrap();
        changed.expect(200).unwrap();
    }
    let project = owner.post("/projects", &json!({"name": "P"})).await;
    project.unwrap().expect(201).unwrap();
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn large_events_come_in_short_pages_and_none_is_missing(pool: PgPool) {
    const { assert!(CHANGES * LARGE > BOUND) };
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    write(&owner).await;
    let head = site.database.head(owner.user).await.unwrap();

    // What the filter passes over must not be taken for what comes after a short page.
    let (mut after, mut changes) = (0, 0);
    while after < head {
        let path = format!("/events?type=task.updated&limit=500&after={after}");
        let answer = owner.get(&path).await.unwrap();
        assert!(answer.body.len() < BOUND);
        let page = answer.expect(200).unwrap();
        changes += page["items"].as_array().unwrap().len();
        let next = page["next_after"].as_u64().unwrap();
        assert!(next > after);
        after = next;
    }
    assert_eq!(changes, CHANGES);

    let service = task_service(&desk::config(), pool.clone()).unwrap();
    let mut seqs = Vec::new();
    while seqs.last() != Some(&head) {
        let mut request = tonic::Request::new(ListEventsRequest {
            user_id: owner.user.to_string(),
            after: seqs.last().copied().unwrap_or_default(),
            limit: 1_000,
        });
        let realtime = "taskflow-realtime".parse().unwrap();
        let metadata = request.metadata_mut();
        metadata.insert("dapr-caller-app-id", realtime);
        let page = service.list_events(request).await.unwrap().into_inner();
        assert!(!page.notices.is_empty());
        seqs.extend(page.notices.iter().map(|notice| notice.seq));
    }
    assert_eq!(seqs, (1..=head).collect::<Vec<_>>());

    let export = owner.get("/export").await.unwrap().body;
    let lines = export.split(|byte| *byte == b'\n').count() as u64;
    // A header and a footer, and nothing behind the last line's end.
    assert_eq!(lines, head + 3);
}
