//! The service from start to stop.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use anyhow::bail;
use auth::{SessionSecrets, Verifier};
use serve::Door;
use sidecar::{Callbacks, Secrets, Sidecar};
use telemetry::health::Health;
use tokio::{select, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::service::Routes;

use crate::{
    Config, backend::Backend, consumer, gateway::Gateway, hub::Hub, measured, refused::Refused,
    router::router, sweep,
};

/// The app-id of the backend.
const BACKEND: &str = "taskflow-backend";

/// How long sockets may take to close, and after them daprd's calls.
const DRAIN: Duration = Duration::from_millis(3_500);

/// Serves until shutdown, and then ends within 8 seconds.
pub async fn run(config: Config, shutdown: CancellationToken) -> anyhow::Result<()> {
    let door = serve::bind(config.http_addr).await?;
    tracing::info!("Listening on {}", config.http_addr);
    run_at(config, door.into(), shutdown).await
}

/// The same where requests come in at this door.
pub async fn run_at(config: Config, door: Door, shutdown: CancellationToken) -> anyhow::Result<()> {
    measured::describe();
    let health = Health::new("taskflow-realtime", env!("CARGO_PKG_VERSION"));
    let sidecar = Sidecar::new(&config.sidecar)?;
    // daprd waits for this port before it subscribes to anything.
    let localhost = IpAddr::from(Ipv4Addr::LOCALHOST);
    let for_daprd = serve::bind((localhost, config.sidecar.app_port).into()).await?;
    if !sidecar.wait(&shutdown).await {
        return Ok(());
    }

    let verifier = Verifier::new(&config.auth, &session_secrets(&config, &sidecar).await)?;
    let hub = Hub::new(config.limits.sockets_per_user, config.limits.socket_queue);
    let gateway = Arc::new(Gateway {
        hub: hub.clone(),
        backend: Backend::new(sidecar.app(BACKEND)?, health.clone()),
        verifier,
        origins: config.cors_origins,
        limits: config.limits,
        trusted_proxies: config.trusted_proxies,
        refused: Refused::new(config.limits.refused_per_minute),
        connections: TaskTracker::new(),
    });
    let callbacks = Callbacks::new(consumer::subscriptions(&hub), Vec::new(), health.clone());
    let (sessions, readiness) = (callbacks.sessions(), callbacks.readiness());
    let stop_callbacks = CancellationToken::new();
    let mut callbacks = tokio::spawn(sidecar::serve(
        for_daprd,
        callbacks,
        Routes::default(),
        sidecar.clone(),
        stop_callbacks.clone(),
    ));
    let routes = router(Arc::clone(&gateway), &health);
    let clients = serve::serve(door, routes, shutdown.clone(), DRAIN);
    let mut clients = tokio::spawn(clients);

    let sweeping = sweep::run(
        &hub,
        &gateway.backend,
        sessions,
        config.limits.head_sweep,
        &health,
    );
    select! {
        // First: the servers end with it, and that is no failure.
        biased;
        () = shutdown.cancelled() => {}
        ended = &mut callbacks => bail!("the server for the sidecar ended: {ended:?}"),
        ended = &mut clients => bail!("the server for clients ended: {ended:?}"),
        never = readiness.report(&sidecar) => match never {},
        never = sweeping => match never {},
    }

    health.ready(false);
    hub.stop();
    gateway.connections.close();
    let sockets = timeout(DRAIN, gateway.connections.wait());
    let (ended, closed) = tokio::join!(clients, sockets);
    ended?;
    if closed.is_err() {
        tracing::warn!("Some clients did not let go within {DRAIN:?}");
    }
    // Last: until here, events still reached somebody.
    stop_callbacks.cancel();
    if let Ok(ended) = timeout(DRAIN, callbacks).await {
        ended??;
    } else {
        tracing::warn!("The sidecar's calls did not end within {DRAIN:?}");
    }
    Ok(())
}

/// From the secret store, or else from the environment.
async fn session_secrets(config: &Config, sidecar: &Sidecar) -> SessionSecrets {
    let secrets = Secrets::read(sidecar, &config.secret_store, &config.secret_name).await;
    let signing = config.better_auth_secret.as_ref();
    let accepted = config.better_auth_secret_accepted.as_ref();
    let accepted = secrets.get("BETTER_AUTH_SECRET_ACCEPTED", accepted);
    SessionSecrets {
        signing: secrets.get("BETTER_AUTH_SECRET", signing).cloned(),
        accepted: accepted.cloned(),
    }
}
