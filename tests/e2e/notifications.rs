//! The list of what somebody was told in the app: a fold of the log that comes over the socket.

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::rest::steps::{events_after, list, text};
use crate::stage::{Product, Stage};

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("notifications: pages, what is read, and what goes", life),
        stage.shared(
            "notifications: the socket tells of each, and undo passes over",
            told,
        ),
        stage.shared(
            "notifications: what is wrong is refused, and names its field",
            wrong,
        ),
    ]
}

async fn life(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(product.database.notify(owner.user).await?.to_string());
    }
    ids.reverse();
    let first = owner.get("/notifications?limit=2").await?.expect(200)?;
    ensure!(first["unread"] == 5, "{first}");
    let cursor = text(&first["next_cursor"]);
    let rest = owner
        .get(&format!("/notifications?limit=200&cursor={cursor}"))
        .await?
        .expect(200)?;
    ensure!(rest["next_cursor"] == Value::Null, "{rest}");
    let all = list(&first["items"]).iter().chain(list(&rest["items"]));
    let all: Vec<&str> = all.map(|item| text(&item["id"])).collect();
    ensure!(all == ids, "{all:?}");

    let read = json!({"ids": [ids[0], ids[1], uuid::Uuid::nil()]});
    let report = owner
        .post("/notifications/read", &read)
        .await?
        .expect(200)?;
    ensure!(report["unread"] == 3, "{report}");
    let unread = owner.get("/notifications?unread=true").await?.expect(200)?;
    ensure!(list(&unread["items"]).len() == 3, "{unread}");
    owner
        .delete(&format!("/notifications/{}", ids[2]))
        .await?
        .expect(204)?;
    owner
        .delete(&format!("/notifications/{}", ids[2]))
        .await?
        .problem(404, "not_found")?;
    let count = owner.get("/notifications/unread").await?.expect(200)?;
    ensure!(count["unread"] == 2, "{count}");
    let all = json!({"all": true});
    let report = owner.post("/notifications/read", &all).await?.expect(200)?;
    ensure!(report["unread"] == 0, "{report}");
    // What is read already is read once.
    let head = product.database.head(owner.user).await?;
    owner.post("/notifications/read", &all).await?.expect(200)?;
    ensure!(product.database.head(owner.user).await? == head);
    Ok(())
}

async fn told(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let mut socket = product.socket(&owner, None).await?;
    let (cursor, _) = socket.ready().await?;
    let id = product.database.notify(owner.user).await?;
    let read = owner
        .post("/notifications/read", &json!({"ids": [id]}))
        .await?;
    let change_set = read.header("x-change-set-id")?.to_owned();
    for event_type in ["notification.created", "notification.read"] {
        let notice = socket.event().await?;
        ensure!(
            notice.event_type == event_type && notice.data.task_id == id,
            "{notice:?}"
        );
    }
    let events = events_after(&owner, cursor).await?;
    ensure!(events.len() == 2, "{events:?}");
    let undo = json!({"change_set_id": change_set});
    let report = owner.post("/undo", &undo).await?.expect(200)?;
    ensure!(
        report["undone"] == json!([]) && report["skipped"] == json!([]),
        "{report}"
    );
    let history = owner.get("/history").await?.expect(200)?;
    let kinds: Vec<&str> = list(&history["items"])
        .iter()
        .map(|item| text(&item["what"]["kind"]))
        .collect();
    ensure!(!kinds.contains(&"notification"), "{kinds:?}");
    let asked = owner
        .get("/history?type=notification.read")
        .await?
        .expect(200)?;
    ensure!(list(&asked["items"]).len() == 1, "{asked}");
    Ok(())
}

async fn wrong(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("cursor=x", "cursor"),
        ("unread=maybe", "unread"),
        ("read=true", "read"),
    ] {
        owner
            .get(&format!("/notifications?{query}"))
            .await?
            .invalid(field)?;
    }
    for (body, field) in [
        (json!({}), "ids"),
        (json!({"ids": [], "all": true}), "ids"),
        (json!({"ids": ["x"]}), "ids[0]"),
        (json!({"ids": vec![uuid::Uuid::nil(); 1001]}), "ids"),
        (json!({"everything": true}), "everything"),
    ] {
        owner
            .post("/notifications/read", &body)
            .await?
            .invalid(field)?;
    }
    Ok(())
}
