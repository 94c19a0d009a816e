//! Everybody gets all of their own, and nothing else.

use serde_json::json;

use crate::{backend::TITLE, world::World};

#[tokio::test]
async fn a_notice_names_the_change_and_holds_no_text() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let mut live = world.connect(user, None).await;
    assert_eq!(live.ready().await, (0, true));
    let event = world.happen(user).await;
    let mut resumed = world.connect(user, Some(0)).await;
    let expected = json!({
        "type": "task.updated",
        "data": {
            "event_id": event.id,
            "seq": 1,
            "task_id": event.aggregate_id,
            "version": 1,
            "changed": ["title"],
            "correlation_id": "correlation-1",
        },
        "timestamp": event.timestamp,
    });
    for client in [&mut live, &mut resumed] {
        let notice = client.next().await;
        assert_eq!(notice, expected);
        assert!(!notice.to_string().contains(TITLE));
    }
}

#[tokio::test]
async fn two_users_with_two_tabs_each() {
    let world = World::start().await;
    let users = [world.backend.add_user(), world.backend.add_user()];
    let mut tabs = Vec::new();
    for user in users {
        for _ in 0..2 {
            let mut tab = world.connect(user, None).await;
            assert_eq!(tab.ready().await, (0, true));
            tabs.push((user, tab));
        }
    }
    let mut happened = Vec::new();
    for n in 0..100 {
        let user = users[usize::from(n % 3 == 0)];
        happened.push(world.happen(user).await);
    }
    for (user, tab) in &mut tabs {
        for event in happened.iter().filter(|event| event.user_id == *user) {
            assert_eq!(tab.next().await["data"]["event_id"], json!(event.id));
        }
        tab.send(r#"{"type":"ping"}"#).await;
        assert_eq!(tab.next().await["type"], "pong", "and nothing else");
    }
}

#[tokio::test]
async fn a_tab_that_closes_does_not_take_the_others_along() {
    let world = World::start().await;
    let user = world.backend.add_user();
    let mut closing = world.connect(user, None).await;
    let mut staying = world.connect(user, None).await;
    closing.ready().await;
    staying.ready().await;
    drop(closing);
    world.connections(1).await;
    world.happen(user).await;
    assert_eq!(staying.seq().await, 1);
}
