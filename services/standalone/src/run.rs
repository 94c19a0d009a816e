//! Puts the services together, and takes them apart in order.

use std::{mem, sync::Arc, time::Duration};

use anyhow::Context;
use direct::{Bus, Kafka, States};
use secrecy::SecretString;
use sidecar::{Broker, Direct, Retries};
use telemetry::health::{Health, Status};
use tokio::{net::TcpListener, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Command, Config},
    database::Database,
    doctor,
    front::Slots,
    health,
    services::{self, Services},
};

/// How long requests that were begun may take after the shutdown.
const DRAIN: Duration = Duration::from_secs(10);

/// How often the broker is asked whether it is there.
const CHECK_EVERY: Duration = Duration::from_secs(5);

/// What is asked of this process, with the settings for it.
enum Task {
    Serve(Box<Services>),
    /// What the backend answers.
    Answer(Box<backend::config::Config>),
}

/// Does what the command line asks: serve until shutdown, or answer and return.
pub async fn run(mut config: Config, shutdown: CancellationToken) -> anyhow::Result<()> {
    // Settings first: whoever has written one wrongly is not to wait for a database to hear of it.
    let task = match config.command.take() {
        Some(Command::Doctor) => return doctor::run(&config).await,
        Some(Command::Backend(backend::config::Command::Serve)) | None => {
            Task::Serve(Services::configured()?.into())
        }
        Some(Command::Backend(command)) => Task::Answer(services::backend(command)?.into()),
    };
    // What waits for a download and a server is large, and so is what serves.
    let serves = matches!(task, Task::Serve(_));
    let opening = Box::pin(Database::open(&config, serves));
    let Some(opened) = shutdown.run_until_cancelled(opening).await else {
        return Ok(());
    };
    let database = opened?;
    let url = database.url.clone();
    let outcome = tokio::select! {
        outcome = Box::pin(act(&config, task, url, shutdown)) => outcome,
        ended = database.ended() => ended,
    };
    outcome.and(database.close().await)
}

/// Serves, or does what the backend is asked.
async fn act(
    config: &Config,
    task: Task,
    url: SecretString,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let opened = shutdown.run_until_cancelled(ground(config, &url)).await;
    let Some(opened) = opened else { return Ok(()) };
    let (broker, direct) = opened?;
    match task {
        Task::Serve(services) => {
            let services = services.on(&direct, url);
            serve(config, broker, services, shutdown).await
        }
        Task::Answer(config) => {
            let config = services::on(*config, &direct, url);
            backend::run(config, shutdown).await
        }
    }
}

/// What carries events and keeps state.
async fn ground(config: &Config, url: &SecretString) -> anyhow::Result<(Arc<dyn Broker>, Direct)> {
    let database = backend::connect_options(url)?;
    let named = config.kafka.brokers().is_ok();
    let kafka = named.then(|| Kafka::new(&config.kafka)).transpose()?;
    let pool = direct::open(database).await?;
    let broker: Arc<dyn Broker> = if let Some(kafka) = kafka {
        Arc::new(kafka)
    } else {
        let bus = Bus::new(pool.clone());
        tokio::spawn(bus.clone().keep());
        Arc::new(bus)
    };
    let states = Arc::new(States::new(pool));
    let direct = Direct::new(Arc::clone(&broker), states, Retries::default());
    Ok((broker, direct))
}

async fn serve(
    config: &Config,
    broker: Arc<dyn Broker>,
    services: Services,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let health = Health::new("taskflow", env!("CARGO_PKG_VERSION"));
    let listener = TcpListener::bind(config.http_addr)
        .await
        .with_context(|| format!("HTTP_ADDR {} cannot be listened on", config.http_addr))?;
    let slots = Slots::default();
    let (stop_front, closed) = (CancellationToken::new(), CancellationToken::new());
    let mut services = services.start(&slots, &closed);
    let own = health::router(&health, &slots);
    let front = serve::serve(listener, slots.behind(own), stop_front.clone(), DRAIN);
    let front = tokio::spawn(async move {
        front.await;
        closed.cancel();
    });
    let watching = tokio::spawn(watch(broker, health.clone()));
    health.ready(true);
    tracing::info!(http = %config.http_addr, "serving");

    let outcome = tokio::select! {
        () = shutdown.cancelled() => Ok(()),
        unasked = services.first_end() => unasked,
    };
    health.ready(false);
    watching.abort();
    stop_front.cancel();
    let stopped = services.stop(async { Ok(front.await?) });
    outcome.and(stopped.await)
}

/// Says whether the broker is there. Never ends.
async fn watch(broker: Arc<dyn Broker>, health: Health) {
    let mut answered = true;
    loop {
        let status = match broker.check().await {
            Ok(()) => {
                if !mem::replace(&mut answered, true) {
                    tracing::info!("The broker answers again");
                }
                Status::Up
            }
            Err(error) => {
                // Once, not as long as it is away.
                if mem::replace(&mut answered, false) {
                    tracing::warn!(error = error.to_string(), "The broker does not answer");
                }
                Status::Degraded("does not answer; events wait in the log".to_owned())
            }
        };
        health.set("broker", status);
        sleep(CHECK_EVERY).await;
    }
}
