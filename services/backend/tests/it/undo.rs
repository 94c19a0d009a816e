//! However much was done by one request, or in one run, it goes back at once.

use std::time::Duration;

use backend::MIGRATOR;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;
use testing::{Answer, Client, send};
use uuid::Uuid;

use crate::{desk, series::adds_up};

/// Many times what it takes. If each of many things were tried again for each of the others, it
/// would take hours.
const PATIENCE: Duration = Duration::from_mins(4);

async fn import(owner: &Client, header: &str, rows: impl Iterator<Item = String>) -> Answer {
    let file = rows.fold(header.to_owned(), |file, row| file + "\n" + &row) + "\n";
    let request = owner.request(Method::POST, "/import?format=csv");
    send(request.timeout(PATIENCE).body(file)).await.unwrap()
}

async fn undo(owner: &Client, what: Value) -> Value {
    let request = owner.request(Method::POST, "/undo").timeout(PATIENCE);
    let answer = send(request.json(&what)).await.unwrap();
    answer.expect(200).unwrap()
}

fn count(list: &Value) -> usize {
    list.as_array().unwrap().len()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_largest_table_goes_and_comes_back(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    let rows = (0..5_000).map(|row| format!("Task {row},tag {row},Project {}", row % 100));
    let imported = import(&owner, "title,tags,project", rows).await;
    let set = imported.header("x-change-set-id").unwrap().to_owned();
    assert_eq!(imported.expect(200).unwrap()["tasks"], 5_000);

    let report = undo(&owner, json!({"change_set_id": set})).await;
    assert_eq!(report["skipped"], json!([]));
    assert_eq!(count(&report["undone"]), 5_000 + 5_000 + 100);
    for place in ["/tasks", "/tags", "/projects"] {
        let left = owner.get(place).await.unwrap().expect(200).unwrap();
        assert_eq!(left["items"], json!([]), "{place}");
    }

    let set = &report["change_set_id"];
    let report = undo(&owner, json!({"change_set_id": set})).await;
    assert_eq!(report["skipped"], json!([]));
    let tags = owner.get("/tags").await.unwrap().expect(200).unwrap();
    let tags = tags["items"].as_array().unwrap();
    assert_eq!(tags.iter().filter(|tag| tag["tasks"] == 1).count(), 5_000);
    adds_up(&pool).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_long_run_goes_back_without_the_project_that_is_gone(pool: PgPool) {
    const MOVES: usize = 300;
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    let rows = (0..MOVES).map(|row| format!("Task {row},Old"));
    let imported = import(&owner, "title,project", rows).await;
    imported.expect(200).unwrap();
    let tasks: Vec<Uuid> = sqlx::query_scalar("select id from taskflow.tasks")
        .fetch_all(&pool)
        .await
        .unwrap();
    for task in tasks {
        let moved = json!({"project_id": null, "priority": "high"});
        let request = owner.request(Method::PATCH, &format!("/tasks/{task}"));
        let request = request.header("x-run-id", "run").json(&moved);
        send(request).await.unwrap().expect(200).unwrap();
    }
    let projects = owner.get("/projects").await.unwrap().expect(200).unwrap();
    let project = projects["items"][0]["id"].as_str().unwrap();
    let gone = owner.delete(&format!("/projects/{project}")).await;
    gone.unwrap().expect(204).unwrap();

    let report = undo(&owner, json!({"run_id": "run"})).await;
    assert_eq!(count(&report["undone"]), MOVES);
    assert_eq!(count(&report["skipped"]), MOVES);
    for task in report["skipped"].as_array().unwrap() {
        assert_eq!(task["fields"], json!(["project_id"]));
        assert_eq!(task["reason"], "There is no such project");
    }
    let back: i64 = sqlx::query_scalar(
        "select count(*) from taskflow.tasks where priority = 0 and project_id is null",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(usize::try_from(back), Ok(MOVES));
    adds_up(&pool).await;
}
