//! The service from start to stop.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use anyhow::bail;
use serve::Door;
use sidecar::{Callbacks, Sidecar};
use telemetry::health::Health;
use tokio::{select, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::service::Routes;

use crate::{
    Config,
    backend::Backend,
    chat::{Model, Places},
    gateway::Gateway,
    measured,
    recorder::Recorder,
    router::router,
    secrets::Secrets,
};

/// The app-id of the backend.
const BACKEND: &str = "taskflow-backend";

/// How long requests may take at the end, and after them daprd's calls.
const DRAIN: Duration = Duration::from_millis(2_500);

/// Serves until shutdown, and then ends within 8 seconds.
pub async fn run(config: Config, shutdown: CancellationToken) -> anyhow::Result<()> {
    let door = serve::bind(config.http_addr).await?;
    tracing::info!("Listening on {}", config.http_addr);
    run_at(config, door.into(), shutdown).await
}

/// The same where requests come in at this door.
pub async fn run_at(config: Config, door: Door, shutdown: CancellationToken) -> anyhow::Result<()> {
    measured::describe();
    let health = Health::new("taskflow-agent", env!("CARGO_PKG_VERSION"));
    let sidecar = Sidecar::new(&config.sidecar)?;
    // daprd waits for this port before it says that the app is there.
    let localhost = IpAddr::from(Ipv4Addr::LOCALHOST);
    let for_daprd = serve::bind((localhost, config.sidecar.app_port).into()).await?;
    if !sidecar.wait(&shutdown).await {
        return Ok(());
    }

    let secrets = Secrets::read(&config, &sidecar).await;
    let backend = Backend::new(sidecar.app(BACKEND)?, health.clone());
    let gateway = Arc::new(Gateway {
        model: Model::new(&config.model, secrets.model_key(&config))?,
        places: Places::new(&config.chat),
        seal: secrets.seal(&config),
        recorder: Recorder::new(backend.clone()),
        backend,
        app_url: config.app_url.trim_end_matches('/').to_owned(),
        origins: config.cors_origins,
        mcp_hosts: config.mcp_hosts,
        trusted_proxies: config.trusted_proxies,
        turns: TaskTracker::new(),
        shutdown: shutdown.clone(),
    });
    // Nothing is subscribed to; daprd asks all the same, and checks whether we are there.
    let callbacks = Callbacks::new(Vec::new(), Vec::new(), health.clone());
    let readiness = callbacks.readiness();
    let stop_callbacks = CancellationToken::new();
    let mut callbacks = tokio::spawn(sidecar::serve(
        for_daprd,
        callbacks,
        Routes::default(),
        sidecar.clone(),
        stop_callbacks.clone(),
    ));
    let routes = router(&gateway, &health);
    let clients = serve::serve(door, routes, shutdown.clone(), DRAIN);
    let mut clients = tokio::spawn(clients);

    select! {
        // First: the servers end with it, and that is no failure.
        biased;
        () = shutdown.cancelled() => {}
        ended = &mut callbacks => bail!("the server for the sidecar ended: {ended:?}"),
        ended = &mut clients => bail!("the server for clients ended: {ended:?}"),
        never = readiness.report(&sidecar) => match never {},
    }

    health.ready(false);
    clients.await?;
    // Turns have been let go of, for another replica to go on with; calls come to their end.
    gateway.turns.close();
    let left = async {
        gateway.turns.wait().await;
        gateway.recorder.finish().await;
    };
    if timeout(DRAIN, left).await.is_err() {
        tracing::warn!("Some turns or calls did not end within {DRAIN:?}");
    }
    // Last: until here, turns still needed the backend.
    stop_callbacks.cancel();
    if let Ok(ended) = timeout(DRAIN, callbacks).await {
        ended??;
    } else {
        tracing::warn!("The sidecar's calls did not end within {DRAIN:?}");
    }
    Ok(())
}
