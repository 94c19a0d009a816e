//! The service from start to stop.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use anyhow::bail;
use axum::middleware;
use serve::Door;
use sidecar::{Callbacks, Sidecar};
use telemetry::health::Health;
use tokio::{select, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::service::Routes;

use crate::{
    Config,
    backend::Backend,
    channel::Channels,
    consumer::{self, Consumer},
    drain::Drain,
    lanes::{Lanes, Limits},
    measured,
    outbound::Outbound,
    reach::Reach,
    reminder::Reminders,
    secrets::Secrets,
    wake::{self, Wake},
};

/// The app-id of the backend.
const BACKEND: &str = "taskflow-backend";

/// Enough for the push service that most browsers use; and a reminder that waits any longer
/// behind a destination that hangs is claimed anew.
const LIMITS: Limits = Limits {
    each: 16,
    waiting: 1_000,
    all: 256,
};

/// How long what is being sent may take at the end, and after it daprd's calls.
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
    let health = Health::new("taskflow-notifier", env!("CARGO_PKG_VERSION"));
    let sidecar = Sidecar::new(&config.sidecar)?;
    // daprd waits for this port before it subscribes to anything.
    let localhost = IpAddr::from(Ipv4Addr::LOCALHOST);
    let for_daprd = serve::bind((localhost, config.sidecar.app_port).into()).await?;
    if !sidecar.wait(&shutdown).await {
        return Ok(());
    }

    let secrets = Secrets::read(&config, &sidecar).await;
    let backend = Backend::new(sidecar.app(BACKEND)?, health.clone());
    let outbound = Outbound::new(
        Reach::new(config.webhook_allow.clone()),
        config.webhook_timeout,
    )?;
    let channels = Channels {
        outbound: outbound.clone(),
        mailer: secrets.mailer(&config)?,
        vapid: secrets.vapid(&config)?,
        app_url: config.app_url.trim_end_matches('/').to_owned(),
    };
    let lanes = Lanes::new(LIMITS);
    let sending = TaskTracker::new();
    let drain = Drain::new(
        backend.clone(),
        outbound,
        lanes.clone(),
        sending.clone(),
        shutdown.clone(),
    );
    let reminders = Reminders::new(backend.clone(), channels, lanes, sending.clone());
    let (wake, waiting) = Wake::new();
    tokio::spawn(wake::run(waiting, backend, drain.clone()));

    let consumer = Consumer { reminders, drain };
    let subscriptions = consumer::subscriptions(consumer, wake);
    let callbacks = Callbacks::new(subscriptions, Vec::new(), health.clone());
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
    }

    health.ready(false);
    sending.close();
    // What is cut off here has an unknown outcome, so it gets the time there is.
    let (ended, sent) = tokio::join!(probes, timeout(DRAIN, sending.wait()));
    ended?;
    if sent.is_err() {
        let left = sending.len();
        tracing::warn!(left, "Some destinations did not answer within {DRAIN:?}");
    }
    stop_callbacks.cancel();
    if let Ok(ended) = timeout(DRAIN, callbacks).await {
        ended??;
    } else {
        tracing::warn!("The sidecar's calls did not end within {DRAIN:?}");
    }
    Ok(())
}
