//! What a batch says of itself is so.

use backend::MIGRATOR;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    agency::{self, by_tool, head, json as body},
    desk,
};

#[sqlx::test(migrator = "MIGRATOR")]
async fn one_that_changes_nothing_names_no_change_set(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    let task = owner.post("/tasks", &json!({"title": "x"})).await.unwrap();
    let task = task.expect(201).unwrap();
    let batch = async |operation: Value| {
        let asked = json!({"atomic": false, "operations": [operation]});
        owner.post("/tasks/batch", &asked).await.unwrap()
    };

    for idle in [
        json!({"op": "update", "id": task["id"], "patch": {"title": "x"}}),
        json!({"op": "complete", "id": task["id"], "completed": false}),
        json!({"op": "delete", "id": Uuid::now_v7()}),
    ] {
        let answer = batch(idle.clone()).await;
        assert!(!answer.headers.contains_key("x-change-set-id"), "{idle}");
        let said = answer.expect(200).unwrap();
        assert_eq!(said["change_set_id"], Value::Null, "{said}");
    }

    let answer = batch(json!({"op": "complete", "id": task["id"]})).await;
    let set = answer.header("x-change-set-id").unwrap();
    let undo = answer.expect(200).unwrap();
    assert_eq!(undo["change_set_id"], set);
    let undo = json!({"change_set_id": undo["change_set_id"]});
    let undone = owner.post("/undo", &undo).await.unwrap();
    undone.expect(200).unwrap();
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn one_that_is_only_tried_names_no_change_set(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let operations = json!({"operations": [{"op": "create", "task": {"title": "x"}}]});
    let mut call = by_tool(&owner, "run-7", ("POST", "/tasks/batch", &operations));
    call.dry_run = true;
    let answer = agency.send(call).await;
    assert_eq!(head(&answer, "x-change-set-id"), None);
    assert_eq!(body(&answer, 200)["change_set_id"], Value::Null);
}
