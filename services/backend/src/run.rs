//! Puts the parts together, and takes them apart in order.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context;
use auth::{KnownUsers, SessionSecrets, Verifier};
use axum::Router;
use proto::v1::{
    api_service_server::{ApiService, ApiServiceServer},
    conversation_service_server::{ConversationService, ConversationServiceServer},
    notification_service_server::{NotificationService, NotificationServiceServer},
    task_service_server::{TaskService, TaskServiceServer},
};
use secrecy::{ExposeSecret, SecretString};
use serve::Door;
use sidecar::{Callbacks, Sidecar};
use sqlx::{Connection, PgConnection, PgPool};
use telemetry::health::Health;
use tokio::{net::TcpListener, sync::Notify};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::service::Routes;

use crate::{
    account::deleted,
    app::App,
    config::{Command, Config, RelayCommand},
    database::{self, Outage},
    dead_letter, event, housekeeping,
    http::{place::Places, rate_limit::RateLimits},
    rebuild,
    relay::{Relay, status},
    replay, router, rpc,
    secrets::{self, Secrets},
    write::Turns,
};

/// How long requests that were begun may take after the shutdown.
const DRAIN: Duration = Duration::from_secs(10);

/// Does what the command line asks: serve until shutdown, or answer and return.
pub async fn run(config: Config, shutdown: CancellationToken) -> anyhow::Result<()> {
    if let Some(Command::Migrate) = config.command {
        return migrate(config.database_url.as_ref()).await;
    }
    let Some(base) = Base::open(&config, &shutdown).await? else {
        return Ok(());
    };
    let Base {
        sidecar,
        secrets,
        pool,
        ..
    } = &base;
    match &config.command {
        Some(Command::Relay {
            command: RelayCommand::Status,
        }) => print_status(pool).await,
        Some(Command::Dlq { command }) => dead_letter::command::run(pool, sidecar, command).await,
        Some(Command::Replay(args)) => {
            replay::run(pool, sidecar, &secrets.kafka, args, &shutdown).await
        }
        Some(Command::Rebuild(args)) => rebuild::command(pool, args).await,
        Some(Command::VerifyLog(args)) => event::verify::command(pool, args).await,
        Some(Command::Serve | Command::Migrate) | None => {
            let door = listen(config.http_addr).await?;
            serve(config, base, door.into(), shutdown).await
        }
    }
}

/// Serves until shutdown, where requests come in at this door.
pub async fn run_at(config: Config, door: Door, shutdown: CancellationToken) -> anyhow::Result<()> {
    match Base::open(&config, &shutdown).await? {
        Some(base) => serve(config, base, door, shutdown).await,
        None => Ok(()),
    }
}

/// Over a connection of its own, without the time limits that requests have.
async fn migrate(url: Option<&SecretString>) -> anyhow::Result<()> {
    let url = url.context("DATABASE_URL is not in the environment")?;
    let connected = PgConnection::connect(url.expose_secret()).await;
    let mut connection = connected.context(
        "DATABASE_URL does not lead to Postgres; look at its host, port, user and password",
    )?;
    database::MIGRATOR
        .run(&mut connection)
        .await
        .map_err(database::explain)
}

/// What everything else stands on.
struct Base {
    sidecar: Sidecar,
    secrets: Secrets,
    pool: PgPool,
    outage: Outage,
}

impl Base {
    /// `None` when shut down first.
    async fn open(config: &Config, shutdown: &CancellationToken) -> anyhow::Result<Option<Self>> {
        let sidecar = Sidecar::new(&config.sidecar)?;
        let Some(secrets) = secrets::read(config, &sidecar, shutdown).await? else {
            return Ok(None);
        };
        let outage = Outage::default();
        let opened = database::open(
            &secrets.database_url,
            config.database_connections,
            &outage,
            shutdown,
        );
        Ok(opened.await?.map(|pool| Self {
            sidecar,
            secrets,
            pool,
            outage,
        }))
    }
}

async fn serve(
    config: Config,
    base: Base,
    door: Door,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let Base {
        sidecar,
        secrets,
        pool,
        outage,
    } = base;
    database::MIGRATOR
        .run(&pool)
        .await
        .map_err(database::explain)?;
    let health = Health::new("taskflow-backend", env!("CARGO_PKG_VERSION"));
    let app = App {
        push_key: secrets.vapid_public_key.map(Into::into),
        ..app(&config, &secrets.sessions, pool.clone(), sidecar.clone())?
    };
    let limits = Arc::clone(&app.limits);
    let committed = Arc::clone(&app.committed);
    let users = KnownUsers::clone(&app.users);

    // The sidecar is on this machine; nobody else has business here.
    let grpc = TcpListener::bind(("127.0.0.1", config.sidecar.app_port))
        .await
        .with_context(|| format!("APP_PORT {} cannot be listened on", config.sidecar.app_port))?;

    let callbacks = Callbacks::new(
        dead_letter::recorder::subscriptions(&pool, &sidecar),
        Vec::new(),
        health.clone(),
    );
    let services = Routes::new(TaskServiceServer::new(rpc::Tasks(app.clone())))
        .add_service(NotificationServiceServer::new(rpc::Notifications(
            app.clone(),
        )))
        .add_service(ApiServiceServer::new(rpc::Api::new(app.clone())))
        .add_service(ConversationServiceServer::new(rpc::Conversations(
            app.clone(),
        )));
    let routes = router::router(app, config.cors_origins, &health);

    // The gRPC server ends last: the sidecar delivers until it has drained itself.
    let last = CancellationToken::new();
    let callbacks = tokio::spawn(sidecar::serve(
        grpc,
        callbacks,
        services,
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
    background.spawn(deleted::run(pool.clone(), users, outage, last.clone()));
    background.close();

    // Whoever asks a service that is ready is told how it is.
    status::look(&pool, &health).await;
    health.ready(true);
    tracing::info!(http = %config.http_addr, "serving");
    let closing = async {
        shutdown.cancelled().await;
        health.ready(false);
    };
    tokio::join!(serve::serve(door, routes, shutdown.clone(), DRAIN), closing);
    last.cancel();
    background.wait().await;
    callbacks.await??;
    pool.close().await;
    Ok(())
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("HTTP_ADDR {address} cannot be listened on"))
}

/// What `TaskService` answers, alone on a database that is up to date.
pub fn task_service(config: &Config, pool: PgPool) -> anyhow::Result<impl TaskService + use<>> {
    let sidecar = Sidecar::new(&config.sidecar)?;
    let app = app(config, &configured(config), pool, sidecar)?;
    Ok(rpc::Tasks(app))
}

/// What `NotificationService` answers, in the same way.
pub fn notification_service(
    config: &Config,
    pool: PgPool,
) -> anyhow::Result<impl NotificationService + use<>> {
    let sidecar = Sidecar::new(&config.sidecar)?;
    let app = app(config, &configured(config), pool, sidecar)?;
    Ok(rpc::Notifications(app))
}

/// What the agent is answered, alone on a database that is up to date.
pub fn agent_services(
    config: &Config,
    pool: PgPool,
) -> anyhow::Result<(impl ApiService + use<>, impl ConversationService + use<>)> {
    let sidecar = Sidecar::new(&config.sidecar)?;
    let app = app(config, &configured(config), pool, sidecar)?;
    Ok((rpc::Api::new(app.clone()), rpc::Conversations(app)))
}

/// REST alone, on a database that is up to date, with the secrets of the configuration: what
/// is written stays in the log until a relay comes.
pub fn rest(config: Config, pool: PgPool) -> anyhow::Result<Router> {
    let sidecar = Sidecar::new(&config.sidecar)?;
    let app = app(&config, &configured(&config), pool, sidecar)?;
    let health = Health::new("taskflow-backend", env!("CARGO_PKG_VERSION"));
    Ok(router::router(app, config.cors_origins, &health))
}

/// Of the configuration alone.
fn configured(config: &Config) -> SessionSecrets {
    SessionSecrets {
        signing: config.better_auth_secret.clone(),
        accepted: config.better_auth_secret_accepted.clone(),
    }
}

fn app(
    config: &Config,
    sessions: &SessionSecrets,
    pool: PgPool,
    sidecar: Sidecar,
) -> anyhow::Result<App> {
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
        verifier: Arc::new(Verifier::new(&config.auth, sessions)?),
        users: Arc::new(users),
        admins: Arc::new(config.admin_users.iter().flatten().copied().collect()),
        limits: Arc::new(RateLimits::new(
            config.rate_limit_user,
            config.rate_limit_ip,
            config.trusted_proxies,
        )),
        turns: Turns::default(),
        import_events: config.import_events,
        imports: Places::new(),
        look_backs: Places::new(),
        committed: Arc::new(Notify::new()),
        sidecar,
        push_key: config.vapid_public_key.as_deref().map(Into::into),
        allow_http: config.allow_http_destinations,
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
