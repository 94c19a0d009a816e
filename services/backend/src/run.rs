//! Puts the parts together, and takes them apart in order.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context;
use auth::{KnownUsers, Verifier};
use proto::v1::task_service_server::TaskServiceServer;
use sidecar::{Callbacks, Sidecar};
use sqlx::PgPool;
use telemetry::health::Health;
use tokio::{net::TcpListener, sync::Notify};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::service::Routes;

use crate::{
    app::App,
    config::{Command, Config, RelayCommand},
    database, dead_letter, housekeeping,
    http::rate_limit::RateLimits,
    relay::{Relay, status},
    router, rpc,
    secrets::{self, Secrets},
};

/// Does what the command line asks: serve until shutdown, or answer and return.
pub async fn run(config: Config, shutdown: CancellationToken) -> anyhow::Result<()> {
    let sidecar = Sidecar::new(&config.sidecar)?;
    let Some(secrets) = secrets::read(&config, &sidecar, &shutdown).await? else {
        return Ok(());
    };
    let opened = database::open(
        &secrets.database_url,
        config.database_connections,
        &shutdown,
    );
    let Some(pool) = opened.await? else {
        return Ok(());
    };
    match &config.command {
        Some(Command::Relay {
            command: RelayCommand::Status,
        }) => print_status(&pool).await,
        Some(Command::Serve) | None => serve(config, sidecar, secrets, pool, shutdown).await,
    }
}

async fn serve(
    config: Config,
    sidecar: Sidecar,
    secrets: Secrets,
    pool: PgPool,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    database::MIGRATOR
        .run(&pool)
        .await
        .context("the schema could not be brought up to date")?;
    let health = Health::new("taskflow-backend", env!("CARGO_PKG_VERSION"));
    let app = app(&config, secrets, pool.clone())?;
    let limits = Arc::clone(&app.limits);
    let committed = Arc::clone(&app.committed);

    let http = TcpListener::bind(config.http_addr)
        .await
        .with_context(|| format!("HTTP_ADDR {} cannot be listened on", config.http_addr))?;
    // The sidecar is on this machine; nobody else has business here.
    let grpc = TcpListener::bind(("127.0.0.1", config.sidecar.app_port))
        .await
        .with_context(|| format!("APP_PORT {} cannot be listened on", config.sidecar.app_port))?;

    let callbacks = Callbacks::new(
        dead_letter::subscriptions(&pool, &sidecar),
        Vec::new(),
        health.clone(),
    );
    let task_service = Routes::new(TaskServiceServer::new(rpc::Tasks { pool: pool.clone() }));
    let routes = router::router(app, config.cors_origins, &health)
        .into_make_service_with_connect_info::<SocketAddr>();

    // The gRPC server ends last: the sidecar delivers until it has drained itself.
    let last = CancellationToken::new();
    let callbacks = tokio::spawn(sidecar::serve(
        grpc,
        callbacks,
        task_service,
        sidecar.clone(),
        last.clone(),
    ));
    let background = TaskTracker::new();
    let relay = Relay {
        pool: pool.clone(),
        sidecar,
        committed,
        health: health.clone(),
    };
    // The relay goes on while requests end, so that their events leave with them.
    background.spawn(relay.run(last.clone()));
    background.spawn(status::watch(pool.clone(), health.clone(), last.clone()));
    background.spawn(housekeeping::run(pool.clone(), limits, last.clone()));
    background.close();

    health.ready(true);
    tracing::info!(http = %config.http_addr, "serving");
    let draining = health.clone();
    axum::serve(http, routes)
        .with_graceful_shutdown(async move {
            shutdown.cancelled().await;
            draining.ready(false);
        })
        .await?;
    last.cancel();
    background.wait().await;
    callbacks.await??;
    pool.close().await;
    Ok(())
}

fn app(config: &Config, secrets: Secrets, pool: PgPool) -> anyhow::Result<App> {
    let users = pool.clone();
    let users = KnownUsers::new(move |user| {
        let pool = users.clone();
        async move {
            sqlx::query_scalar!(
                r#"select exists(select from auth."user" where id = $1) as "exists!""#,
                user.0
            )
            .fetch_one(&pool)
            .await
        }
    });
    Ok(App {
        pool,
        verifier: Arc::new(Verifier::new(&config.auth, secrets.better_auth_secret)?),
        users: Arc::new(users),
        limits: Arc::new(RateLimits::new(
            config.rate_limit_user,
            config.rate_limit_ip,
            config.trusted_proxies,
        )),
        committed: Arc::new(Notify::new()),
    })
}

#[expect(clippy::print_stdout, reason = "the answer to a command")]
async fn print_status(pool: &PgPool) -> anyhow::Result<()> {
    let status = status::read(pool).await?;
    println!("waiting events  {}", status.depth);
    println!("oldest waits    {:.1} s", status.oldest_seconds);
    match status.leader_pid {
        Some(pid) => println!("leader          Postgres session {pid}"),
        None => println!("leader          none: no backend is running, or none has won yet"),
    }
    Ok(())
}
