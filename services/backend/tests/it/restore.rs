//! What comes back is what it was, or stays what it is.

use backend::MIGRATOR;
use serde_json::{Value, json};
use sqlx::PgPool;
use testing::Client;
use uuid::Uuid;

use crate::{
    desk,
    series::{adds_up, text},
};

async fn add(owner: &Client, task: Value) -> Uuid {
    let task = owner.post("/tasks", &task).await.unwrap().expect(201);
    text(&task.unwrap()["id"]).parse().unwrap()
}

/// Its version, its parent, and whether it is deleted.
async fn state(pool: &PgPool, task: Uuid) -> (i64, Option<Uuid>, bool) {
    sqlx::query_as(
        "select version, parent_id, deleted_at is not null from taskflow.tasks where id = $1",
    )
    .bind(task)
    .fetch_one(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_task_that_cannot_be_what_it_was_stays_what_it_is(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = &site.sign_up().await.unwrap();
    let home = owner.post("/projects", &json!({"name": "Home"})).await;
    let home = home.unwrap().expect(201).unwrap()["id"].clone();
    let whole = add(owner, json!({"title": "Whole"})).await;
    let gone = add(owner, json!({"title": "Gone"})).await;
    let part = |of: Uuid| json!({"title": "Part", "parent_id": of, "project_id": home});
    let left = add(owner, part(gone)).await;
    let grown = add(owner, part(whole)).await;
    let pruned = add(owner, part(whole)).await;
    let then = site.database.head(owner.user).await.unwrap();

    for task in [left, grown, pruned] {
        let free = json!({"parent_id": null});
        let freed = owner.patch(&format!("/tasks/{task}"), &free).await;
        freed.unwrap().expect(200).unwrap();
    }
    let twig = |of: Uuid| json!({"title": "Twig", "parent_id": of});
    add(owner, twig(grown)).await;
    let twig = add(owner, twig(pruned)).await;
    for task in [left, gone, pruned] {
        let deleted = owner.delete(&format!("/tasks/{task}")).await;
        deleted.unwrap().expect(204).unwrap();
    }
    let before = (state(&pool, left).await, state(&pool, grown).await);
    assert!(before.0.2 && state(&pool, twig).await.2);

    let path = format!("/projects/{}/restore", text(&home));
    let back = owner.post(&path, &json!({"as_of": then.to_string()})).await;
    let back = back.unwrap().expect(200).unwrap();
    let skipped = back["skipped"].as_array().unwrap();
    let skipped: Vec<_> = skipped
        .iter()
        .map(|task| (text(&task["id"]), text(&task["reason"])))
        .collect();
    assert_eq!(
        skipped,
        [
            (
                left.to_string().as_str(),
                "The task that this one is a part of is deleted; restore that one first"
            ),
            (
                grown.to_string().as_str(),
                "This task has subtasks; subtasks go one level deep"
            ),
        ]
    );
    // By themselves they could have come back.
    let after = (state(&pool, left).await, state(&pool, grown).await);
    assert_eq!(after, before);
    // What it had when it was deleted it did not have then.
    let (_, parent, is_deleted) = state(&pool, pruned).await;
    assert_eq!((parent, is_deleted), (Some(whole), false));
    assert!(state(&pool, twig).await.2);
    adds_up(&pool).await;
}
