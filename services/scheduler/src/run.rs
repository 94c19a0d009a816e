//! The service from start to stop.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use anyhow::bail;
use axum::middleware;
use serve::Door;
use sidecar::{Callbacks, Sidecar};
use telemetry::health::Health;
use tokio::{select, sync::Notify, time::timeout};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use crate::{
    Config,
    backend::Backend,
    due::{self, Due},
    measured,
    spawn::{self, Spawner},
};

/// The app-id of the backend.
const BACKEND: &str = "taskflow-backend";

/// How long probes may take at the end, and after them daprd's calls.
const DRAIN: Duration = Duration::from_millis(2_500);

/// Serves until shutdown, and then ends within 6 seconds.
pub async fn run(config: Config, shutdown: CancellationToken) -> anyhow::Result<()> {
    let door = serve::bind(config.http_addr).await?;
    tracing::info!("Listening on {}", config.http_addr);
    run_at(config, door.into(), shutdown).await
}

/// The same where requests come in at this door.
pub async fn run_at(config: Config, door: Door, shutdown: CancellationToken) -> anyhow::Result<()> {
    measured::describe();
    let health = Health::new("taskflow-scheduler", env!("CARGO_PKG_VERSION"));
    let sidecar = Sidecar::new(&config.sidecar)?;
    // daprd waits for this port before it subscribes to anything.
    let localhost = IpAddr::from(Ipv4Addr::LOCALHOST);
    let for_daprd = serve::bind((localhost, config.sidecar.app_port).into()).await?;
    if !sidecar.wait(&shutdown).await {
        return Ok(());
    }

    let backend = Backend::new(sidecar.app(BACKEND)?, health.clone());
    let (spawner, waiting) = Spawner::new();
    tokio::spawn(spawn::run(waiting, backend.clone()));
    let wake = Arc::new(Notify::new());
    let due = Due {
        backend,
        sidecar: sidecar.clone(),
        health: health.clone(),
        triggers_per_second: config.triggers_per_second,
        lease_seconds: config.lease_seconds,
    };

    let callbacks = Callbacks::new(
        spawn::subscriptions(spawner),
        vec![due::tick(&wake)],
        health.clone(),
    );
    let readiness = callbacks.readiness();
    let stop_callbacks = CancellationToken::new();
    let mut callbacks = tokio::spawn(sidecar::serve(
        for_daprd,
        callbacks,
        Routes::default(),
        sidecar.clone(),
        stop_callbacks.clone(),
    ));
    let routes = health.router();
    let routes = routes.layer(middleware::from_fn(telemetry::http::track));
    let probes = serve::serve(door, routes, shutdown.clone(), DRAIN);
    let mut probes = tokio::spawn(probes);

    select! {
        // First: the servers end with it, and that is no failure.
        biased;
        () = shutdown.cancelled() => {}
        ended = &mut callbacks => bail!("the server for the sidecar ended: {ended:?}"),
        ended = &mut probes => bail!("the server for probes ended: {ended:?}"),
        never = readiness.report(&sidecar) => match never {},
        never = due.run(wake) => match never {},
    }

    health.ready(false);
    probes.await?;
    stop_callbacks.cancel();
    if let Ok(ended) = timeout(DRAIN, callbacks).await {
        ended??;
    } else {
        tracing::warn!("The sidecar's calls did not end within {DRAIN:?}");
    }
    Ok(())
}
