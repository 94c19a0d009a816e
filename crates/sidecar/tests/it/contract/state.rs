//! What apps keep for a while.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::future::join_all;
use sidecar::Claim::{Lost, Won};
use tonic::service::Routes;

use super::worlds::{Beside, World};
use crate::app;

const DAY: Duration = Duration::from_hours(24);

async fn some_app<W: World>(world: &W) -> W::App {
    let app_id = world.app_id("keeps");
    world
        .app(&app_id, app::callbacks(vec![]), Routes::default())
        .await
}

pub(super) async fn claims<W: World>(world: W) {
    let app = some_app(&world).await;
    let state = app.sidecar().state();
    assert_eq!(state.get("key").await.unwrap(), None);

    let claims = (0..50).map(|n: u8| {
        let state = &state;
        async move { state.claim("key", Bytes::from(vec![n]), DAY).await.unwrap() }
    });
    let claims = join_all(claims).await;
    assert_eq!(claims.iter().filter(|claim| **claim == Won).count(), 1);
    let winner = claims.iter().position(|claim| *claim == Won).unwrap();
    let (value, _) = state.get("key").await.unwrap().unwrap();
    assert_eq!(usize::from(value[0]), winner);

    let second = Duration::from_secs(1);
    assert_eq!(state.claim("short", "1".into(), second).await.unwrap(), Won);
    let claimed = Instant::now();
    while state.claim("short", "2".into(), second).await.unwrap() == Lost {
        assert!(claimed.elapsed() < app::WITHIN);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(claimed.elapsed() > second / 2);
}

pub(super) async fn versions<W: World>(world: W) {
    let app = some_app(&world).await;
    let state = app.sidecar().state();
    state.put("key", "first".into(), DAY).await.unwrap();
    let (value, first) = state.get("key").await.unwrap().unwrap();
    assert_eq!(value, "first");

    let replaced = state
        .put_if("key", "second".into(), first.clone(), DAY)
        .await;
    assert_eq!(replaced.unwrap(), Won);
    let late = state
        .put_if("key", "third".into(), first.clone(), DAY)
        .await;
    assert_eq!(late.unwrap(), Lost);
    assert_eq!(state.get("key").await.unwrap().unwrap().0, "second");

    state.delete("key").await.unwrap();
    state.delete("key").await.unwrap();
    assert_eq!(state.get("key").await.unwrap(), None);
    let gone = state.put_if("key", "fourth".into(), first, DAY).await;
    assert_eq!(gone.unwrap(), Lost);
}
