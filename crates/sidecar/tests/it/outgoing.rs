//! Secrets through a real daprd, and everything without one.

use std::time::{Duration, Instant};

use events::{Topic, UserId};
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use crate::{
    app::{self, event, message, no_sidecar},
    daprd::WithDaprd,
};

async fn running() -> WithDaprd {
    WithDaprd::start(app::callbacks(vec![]), Routes::default()).await
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
