//! A patch is merged with what there is, however deep (RFC 7396).

use backend::MIGRATOR;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{
    desk,
    series::{adds_up, text},
};

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_due_is_merged(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    let zoned = json!({"kind": "zoned", "local": "2030-11-21T09:00:00", "zone": "Asia/Tokyo"});
    let task = json!({"title": "Call", "due": zoned});
    let task = owner.post("/tasks", &task).await.unwrap();
    let task = task.expect(201).unwrap();
    let path = format!("/tasks/{}", text(&task["id"]));
    let patched = async |due: Value| {
        let patch = json!({ "due": due });
        owner.patch(&path, &patch).await.unwrap()
    };

    let moved = patched(json!({"zone": "europe/BERLIN"})).await;
    let moved = moved.expect(200).unwrap();
    let there = json!({"kind": "zoned", "local": "2030-11-21T09:00:00", "zone": "Europe/Berlin"});
    assert_eq!(moved["due"], there);
    assert_eq!(moved["due_at"], "2030-11-21T08:00:00Z");

    let nowhere = patched(json!({"zone": "Mars/Olympus"})).await;
    nowhere.invalid("due.zone").unwrap();
    let misfit = patched(json!({"kind": "floating", "zone": "Asia/Tokyo"})).await;
    misfit.invalid("due.zone").unwrap();
    let lacking = patched(json!({"kind": "date"})).await;
    lacking.invalid("due.date").unwrap();
    let unknown = patched(json!({"place": "home"})).await;
    unknown.invalid("due.place").unwrap();

    let patch = json!({"due": {"local": "2030-11-22T10:00:00"}});
    let batch = json!({"operations": [{"op": "update", "id": task["id"], "patch": patch}]});
    let batch = owner.post("/tasks/batch", &batch).await.unwrap();
    let batch = batch.expect(200).unwrap();
    let due = &batch["results"][0]["task"]["due"];
    assert_eq!(due["local"], "2030-11-22T10:00:00");
    assert_eq!(due["zone"], "Europe/Berlin");

    let day = json!({"kind": "date", "date": "2030-11-23"});
    let whole = patched(day.clone()).await.expect(200).unwrap();
    assert_eq!(whole["due"], day);
    let later = patched(json!({"date": "2030-11-24"})).await;
    assert_eq!(later.expect(200).unwrap()["due"]["date"], "2030-11-24");
    adds_up(&pool).await;
}
