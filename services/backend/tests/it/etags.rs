//! An ETag tells apart what is not the same.

use backend::MIGRATOR;
use reqwest::Method;
use serde_json::json;
use sqlx::PgPool;
use testing::{Answer, send};

use crate::{desk, series::text};

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_due_that_moved_with_its_person_has_another(pool: PgPool) {
    let site = desk::open(&pool).await;
    let owner = site.sign_up().await.unwrap();
    let read = async |path: &str| owner.get(path).await.unwrap();
    let tag = |answer: &Answer| answer.header("etag").unwrap().to_owned();
    let change = async |path: &str, etag: &str, title: &str| {
        let request = owner.request(Method::PATCH, path).header("if-match", etag);
        send(request.json(&json!({ "title": title })))
            .await
            .unwrap()
    };

    let mut paths = Vec::new();
    for due in [
        json!({"kind": "floating", "local": "2030-11-21T09:00:00"}),
        json!({"kind": "date", "date": "2030-11-21"}),
        json!({"kind": "zoned", "local": "2030-11-21T09:00:00", "zone": "Asia/Tokyo"}),
    ] {
        let task = json!({"title": "Call", "due": due});
        let made = owner.post("/tasks", &task).await.unwrap();
        let path = format!("/tasks/{}", text(&made.expect(201).unwrap()["id"]));
        assert_eq!(tag(&made), tag(&read(&path).await), "{due}");
        paths.push(path);
    }
    let [floating, date, zoned] = &paths[..] else {
        panic!("three tasks");
    };
    let zoned_tag = tag(&read(zoned).await);
    assert_eq!(zoned_tag, "\"1\"");

    let mut before = Vec::new();
    for path in [floating, date] {
        before.push((path, read(path).await));
    }
    let tokyo = json!({"time_zone": "Asia/Tokyo"});
    let moved = owner.patch("/profile", &tokyo).await.unwrap();
    moved.expect(200).unwrap();
    for (path, before) in before {
        let now = read(path).await;
        let (was, is) = (before.expect(200).unwrap(), now.expect(200).unwrap());
        assert_eq!(was["version"], is["version"]);
        assert_ne!(was["due_at"], is["due_at"]);
        assert_ne!(tag(&before), tag(&now), "{is}");
        let stale = change(path, &tag(&before), "stale").await;
        stale.problem(412, "stale_version").unwrap();
        change(path, &tag(&now), "read").await.expect(200).unwrap();
        // Whoever only knows the version.
        change(path, "\"2\"", "known").await.expect(200).unwrap();
    }
    assert_eq!(tag(&read(zoned).await), zoned_tag);
}
