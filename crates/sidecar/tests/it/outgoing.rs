//! State, secrets and calls to other apps, through a real daprd.

use std::time::{Duration, Instant};

use bytes::Bytes;
use events::{Topic, UserId};
use futures::future::join_all;
use proto::v1::{
    ListHeadsRequest, task_service_client::TaskServiceClient,
    task_service_server::TaskServiceServer,
};
use secrecy::ExposeSecret;
use sidecar::Claim::{Lost, Won};
use tokio_util::sync::CancellationToken;
use tonic::{Code, service::Routes};

use crate::{
    app::{self, event, message, no_sidecar},
    daprd::{APP_ID, WithDaprd},
    origin::{Echo, ask},
};

const DAY: Duration = Duration::from_hours(24);

async fn running() -> WithDaprd {
    let services = Routes::new(TaskServiceServer::new(Echo));
    WithDaprd::start(app::callbacks(vec![]), services).await
}

#[tokio::test]
async fn of_all_who_claim_one_wins_until_it_expires() {
    let running = running().await;
    let state = running.sidecar.state();
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

#[tokio::test]
async fn a_version_that_was_overwritten_cannot_be_replaced() {
    let running = running().await;
    let state = running.sidecar.state();
    state.put("key", "first".into(), DAY).await.unwrap();
    let (value, first) = state.get("key").await.unwrap().unwrap();
    assert_eq!(value, "first");

    let replaced = state
        .put_if("key", "second".into(), first.clone(), DAY)
        .await;
    assert_eq!(replaced.unwrap(), Won);
    let late = state.put_if("key", "third".into(), first, DAY).await;
    assert_eq!(late.unwrap(), Lost);
    assert_eq!(state.get("key").await.unwrap().unwrap().0, "second");

    state.delete("key").await.unwrap();
    state.delete("key").await.unwrap();
    assert_eq!(state.get("key").await.unwrap(), None);
}

#[tokio::test]
async fn secrets_are_read_by_store_and_name() {
    let running = running().await;
    let secret = running.sidecar.secrets("secrets", "plain").await.unwrap();
    assert_eq!(secret["plain"].expose_secret(), "text");
    let nested = running
        .sidecar
        .secrets("secrets", "database:url")
        .await
        .unwrap();
    assert_eq!(nested["database:url"].expose_secret(), "postgres://");
    assert!(running.sidecar.secrets("secrets", "unknown").await.is_err());
}

#[tokio::test]
async fn another_app_is_called_through_the_sidecars() {
    let backend = running().await;
    let other = backend.start_beside("calling-app").await;
    let mut client = TaskServiceClient::new(other.sidecar.app(APP_ID).unwrap());
    let seen = client.redeem_ticket(ask("caller")).await.unwrap();
    let seen = seen.into_inner().user_id;
    assert!(seen.contains("app_id: Some(\"calling-app\")"), "{seen}");

    let status = client.list_heads(ListHeadsRequest::default()).await;
    assert_eq!(status.unwrap_err().code(), Code::ResourceExhausted);
}

#[tokio::test]
async fn without_a_sidecar_calls_fail_soon_and_waiting_ends_with_the_shutdown() {
    let sidecar = no_sidecar();
    let started = Instant::now();
    let message = message(&event(UserId::generate(), "done"));
    assert!(sidecar.publish(Topic::Tasks, &[message]).await.is_err());
    assert!(sidecar.state().get("key").await.is_err());
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(sidecar.publish(Topic::Tasks, &[]).await.is_ok());

    let shutdown = CancellationToken::new();
    let waiting = sidecar.wait(&shutdown);
    let (ready, ()) = tokio::join!(waiting, async { shutdown.cancel() });
    assert!(!ready);
}
