//! `cargo xtask up`: the product on this machine until Ctrl-C.

mod checks;
mod running;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use children::alive_until;
use embedded::Postgres;
use tokio::signal::unix::{SignalKind, signal};

use running::Running;

use crate::app::{App, Profile, Surroundings};
use crate::frontend::{self, Frontend};
use crate::infra::{Kafka, postgres};
use crate::install::{Needs, Node};
use crate::logs::Logs;
use crate::progress::Progress;
use crate::secrets::Secrets;
use crate::stack::short_name;
use crate::{app, cargo, install, template, token, workspace};

/// Fixed, so that they can be bookmarked. Not 5432 and 9092, which other projects use too.
const POSTGRES: u16 = 15432;
const KAFKA: u16 = 19092;
const KAFKA_CONTROLLER: u16 = 19093;

/// Where the standalone serves everything: the port of the backend beside a sidecar.
const STANDALONE: u16 = 8000;

/// The user that the printed token is for.
const DEVELOPER: &str = "developer@taskflow.localhost";

/// What to start.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only Postgres, Kafka and the secrets, for services started another way
    #[arg(long)]
    infra: bool,
    /// Everything but the app, for `npm run dev` in `frontend`
    #[arg(long)]
    no_frontend: bool,
    /// All services in one process, without Dapr and without Kafka
    #[arg(long, conflicts_with = "infra")]
    standalone: bool,
    /// Use this PostgreSQL database instead of our own server
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Keep what is stored in this folder instead of `.taskflow`
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

/// Where the services' database is.
struct Database {
    url: String,
    /// For people: with the password if the server is ours.
    shown: String,
}

pub async fn run(args: Args) -> Result<()> {
    let progress = Progress::new();
    let apps = if args.infra || args.standalone {
        Vec::new()
    } else {
        template::read()?
    };
    checks::ports_are_free(&args, &apps)?;
    let needs = Needs {
        sidecars: !args.standalone,
        standalone: args.standalone,
        frontend: args.starts_frontend(),
    };
    install::prerequisites(needs).await?;
    let theirs = match &args.database_url {
        Some(url) => Some(checks::reach(url, &progress).await?),
        None => None,
    };
    let data = args.data()?;
    let _alone = checks::alone_with(&data)?;
    let mut running = Running::default();
    let outcome = tokio::select! {
        outcome = serve(&args, &data, theirs, apps, &mut running, &progress) => outcome,
        outcome = interrupted() => outcome,
    };
    progress.line("");
    let step = progress.step("stopping");
    tokio::select! {
        () = running.stop(&progress) => step.done("nothing is left behind"),
        // Impatience: dropping kills.
        outcome = interrupted() => outcome?,
    }
    outcome
}

/// Builds and starts everything, and returns only when one of the processes has died.
async fn serve(
    args: &Args,
    data: &Path,
    theirs: Option<Database>,
    apps: Vec<template::App>,
    running: &mut Running,
    progress: &Progress,
) -> Result<()> {
    let logs = Logs::console(progress);
    let daprd = if args.standalone {
        cargo::build(cargo::STANDALONE, progress).await?;
        None
    } else {
        let (_, daprd) = tokio::try_join!(install::kafka(progress), install::daprd(progress))?;
        if !apps.is_empty() {
            cargo::build(cargo::SERVICES, progress).await?;
        }
        Some(daprd)
    };
    let node = if args.starts_frontend() {
        Some(frontend::build(progress).await?)
    } else {
        None
    };
    // What starts so much is large.
    let (database, secrets) = match daprd {
        Some(daprd) => {
            let starting = start_services(&daprd, apps, theirs, data, &logs, running, progress);
            Box::pin(starting).await?
        }
        None => Box::pin(start_standalone(theirs, data, &logs, running, progress)).await?,
    };
    if let Some(node) = &node {
        start_frontend(node, running, &secrets, &logs, progress).await?;
    }
    let greeting = greeting(running, data, &database, &secrets).await?;
    progress.line(&greeting);
    running.first_death().await
}

/// Starts the servers, and on them every service with its sidecar.
async fn start_services(
    daprd: &Path,
    apps: Vec<template::App>,
    theirs: Option<Database>,
    data: &Path,
    logs: &Logs,
    running: &mut Running,
    progress: &Progress,
) -> Result<(Database, Secrets)> {
    let database = start_servers(theirs, data, logs, running, progress).await?;
    let kafka = running.kafka.as_ref().context("Kafka was started")?;
    let home = workspace::root();
    fs::create_dir_all(home.join(".taskflow"))?;
    let secrets = Secrets::write(&home, &database.url, &kafka.brokers())?;
    let around = Surroundings {
        daprd,
        home: &home,
        secrets: &secrets,
        logs,
        profile: Profile::Debug,
    };
    let named = apps
        .into_iter()
        .map(|app| (short_name(&app).to_owned(), app));
    let starting = app::start_all(named.collect(), &around, &mut running.apps, progress);
    let starting = alive_until(kafka.process(), starting);
    while_it_lives(running.postgres.as_ref(), starting).await?;
    Ok((database, secrets))
}

/// The same with all services in one process, and the database alone.
async fn start_standalone(
    theirs: Option<Database>,
    data: &Path,
    logs: &Logs,
    running: &mut Running,
    progress: &Progress,
) -> Result<(Database, Secrets)> {
    let database = start_database(theirs, data, logs, &mut running.postgres, progress).await?;
    let secrets = Secrets::write(&workspace::root(), &database.url, "")?;
    let (addr, env) = (at(STANDALONE).to_string(), secrets.environment());
    let app = App::start_standalone(&addr, env, Profile::Debug, logs).await?;
    let app = running.apps.push_mut(app);
    let starting = Box::pin(app.ready(progress));
    while_it_lives(running.postgres.as_ref(), starting).await?;
    Ok((database, secrets))
}

/// A server that dies meanwhile is named, not the service that waits for it in vain.
async fn while_it_lives(
    postgres: Option<&Postgres>,
    starting: impl Future<Output = Result<()>>,
) -> Result<()> {
    match postgres {
        Some(postgres) => alive_until(postgres.process(), starting).await,
        None => starting.await,
    }
}

/// Starts the app on the services that run.
async fn start_frontend(
    node: &Node,
    running: &mut Running,
    secrets: &Secrets,
    logs: &Logs,
    progress: &Progress,
) -> Result<()> {
    let http = |name| {
        let app = running.app(name);
        app.map(App::http)
            .with_context(|| format!("the app needs {name}"))
    };
    let settings = frontend::Settings {
        port: frontend::PORT,
        backend: http("backend")?,
        agent: http("agent")?,
        // As browsers reach it: by the name that cookies are for.
        realtime: http("realtime")?.replace("http://127.0.0.1", "ws://localhost"),
        env: Vec::new(),
    };
    let frontend = running
        .frontend
        .insert(Frontend::spawn(node, &settings, secrets, logs).await?);
    frontend.ready(progress).await
}

/// Starts the servers, and says where the database is. They are known to `running` before
/// they are ready: a database that recovers must not be killed for a Ctrl-C.
async fn start_servers(
    theirs: Option<Database>,
    data: &Path,
    logs: &Logs,
    running: &mut Running,
    progress: &Progress,
) -> Result<Database> {
    let log = data.join("kafka");
    let kafka = &*running
        .kafka
        .insert(Kafka::spawn(&log, at(KAFKA), KAFKA_CONTROLLER, logs, progress).await?);
    let postgres = &mut running.postgres;
    let (database, ()) = tokio::try_join!(
        start_database(theirs, data, logs, postgres, progress),
        kafka.ready(progress)
    )?;
    Ok(database)
}

/// Starts our own, unless there is theirs.
async fn start_database(
    theirs: Option<Database>,
    data: &Path,
    logs: &Logs,
    ours: &mut Option<Postgres>,
    progress: &Progress,
) -> Result<Database> {
    if let Some(database) = theirs {
        return Ok(database);
    }
    let server = postgres::spawn(&data.join("postgres"), at(POSTGRES), logs, progress).await?;
    let server = &*ours.insert(server);
    postgres::ready(server, progress).await?;
    server.create_database("taskflow").await?;
    let url = server.url("taskflow");
    Ok(Database {
        shown: url.clone(),
        url,
    })
}

fn at(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// Ctrl-C, a polite kill, or a closed terminal.
async fn interrupted() -> Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
    Ok(())
}

impl Args {
    fn starts_frontend(&self) -> bool {
        !self.infra && !self.no_frontend
    }

    /// The folder of everything that outlives a run.
    fn data(&self) -> Result<PathBuf> {
        Ok(match &self.data {
            Some(folder) => std::path::absolute(folder)?,
            None => workspace::state(),
        })
    }
}

/// Where everything is, and a request that works.
async fn greeting(
    running: &Running,
    data: &Path,
    database: &Database,
    secrets: &Secrets,
) -> Result<String> {
    let mut lines = vec![String::new(), format!("data       {}", data.display())];
    if let Some(kafka) = &running.kafka {
        lines.push(format!("kafka      {}", kafka.brokers()));
    }
    lines.push(format!("postgres   {}", database.shown));
    for app in &running.apps {
        lines.push(format!("{:10} {}", app.name(), app.http()));
    }
    if let Some(backend) = running.app("backend") {
        let token = token::mint(DEVELOPER, secrets).await?;
        let (url, user) = (backend.http(), token.user_id);
        lines.push(format!("docs       {url}/docs"));
        lines.push(format!(
            "\ncurl {url}/api/{user}/tasks \\\n  -H 'Content-Type: application/json' \\\n  \
             -H 'Authorization: Bearer {}' \\\n  -d '{{\"title\":\"Try TaskFlow\"}}'",
            token.jwt
        ));
    }
    if let Some(frontend) = &running.frontend {
        lines.push(format!("\nopen {}", frontend.url()));
    }
    lines.push("\nCtrl-C stops everything.".to_owned());
    Ok(lines.join("\n"))
}
