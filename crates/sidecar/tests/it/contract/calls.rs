//! Calls between apps, and wake-ups.

use std::{sync::Arc, time::Duration};

use proto::v1::{
    ListEventsRequest, ListHeadsRequest, task_service_client::TaskServiceClient,
    task_service_server::TaskServiceServer,
};
use sidecar::{Callbacks, Tick};
use telemetry::health::Health;
use tokio::{sync::Notify, time::timeout};
use tonic::{Code, Request, service::Routes};

use super::worlds::{Beside, World};
use crate::{
    app::{self, WITHIN},
    origin::{Echo, ask},
};

/// One that answers and one that asks it, each with its app-id.
async fn two<W: World>(world: &W) -> (W::App, String, W::App, String) {
    let (asked, asking) = (world.app_id("asked"), world.app_id("asking"));
    let services = Routes::new(TaskServiceServer::new(Echo));
    let backend = world.app(&asked, app::callbacks(vec![]), services).await;
    let callbacks = app::callbacks(vec![]);
    let other = world.app(&asking, callbacks, Routes::default()).await;
    (backend, asked, other, asking)
}

pub(super) async fn caller<W: World>(world: W) {
    let (_backend, asked, other, asking) = two(&world).await;
    let mut client = TaskServiceClient::new(other.sidecar().app(&asked).unwrap());
    let seen = client.redeem_ticket(ask("caller")).await.unwrap();
    let seen = seen.into_inner().user_id;
    let expected = format!("app_id: Some({asking:?})");
    assert!(seen.contains(&expected), "{seen}");

    let status = client.list_heads(ListHeadsRequest::default()).await;
    assert_eq!(status.unwrap_err().code(), Code::ResourceExhausted);
    let nowhere = world.app_id("nowhere");
    let mut client = TaskServiceClient::new(other.sidecar().app(&nowhere).unwrap());
    let asked = timeout(WITHIN, client.redeem_ticket(ask("")))
        .await
        .unwrap();
    assert!(asked.is_err());
}

pub(super) async fn deadline<W: World>(world: W) {
    let (_backend, asked, other, _) = two(&world).await;
    let mut client = TaskServiceClient::new(other.sidecar().app(&asked).unwrap());
    // A connection stands.
    client.redeem_ticket(ask("")).await.unwrap();
    let mut request = Request::new(ListEventsRequest::default());
    request.set_timeout(Duration::from_millis(50));
    let status = timeout(WITHIN, client.list_events(request)).await.unwrap();
    let code = status.unwrap_err().code();
    // tonic calls its own timeout "cancelled".
    assert!(
        [Code::Cancelled, Code::DeadlineExceeded].contains(&code),
        "{code:?}"
    );
    // And it was only that call.
    client.redeem_ticket(ask("")).await.unwrap();
}

pub(super) async fn tick<W: World>(world: W) {
    let wake = Arc::new(Notify::new());
    let ticks = vec![Tick::new("tick", Arc::clone(&wake))];
    let callbacks = Callbacks::new(vec![], ticks, Health::new("test", "0"));
    let app_id = world.app_id("ticks");
    let _app = world.app(&app_id, callbacks, Routes::default()).await;
    for _ in 0..2 {
        timeout(WITHIN, wake.notified()).await.unwrap();
    }
}
