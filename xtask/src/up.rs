//! `cargo xtask up`: the product on this machine until Ctrl-C.

mod checks;
mod running;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use children::alive_until;
use tokio::signal::unix::{SignalKind, signal};

use running::Running;

use crate::app::{Profile, Surroundings};
use crate::frontend::{self, Frontend};
use crate::infra::{Kafka, postgres};
use crate::install::Node;
use crate::logs::Logs;
use crate::progress::Progress;
use crate::secrets::Secrets;
use crate::stack::short_name;
use crate::{app, cargo, install, template, token, workspace};

/// Fixed, so that they can be bookmarked. Not 5432 and 9092, which other projects use too.
const POSTGRES: u16 = 15432;
const KAFKA: u16 = 19092;
const KAFKA_CONTROLLER: u16 = 19093;

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
    let apps = if args.infra {
        Vec::new()
    } else {
        template::read()?
    };
    checks::ports_are_free(&args, &apps)?;
    install::prerequisites(args.starts_frontend()).await?;
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
    let (_, daprd) = tokio::try_join!(install::kafka(progress), install::daprd(progress))?;
    if !apps.is_empty() {
        cargo::build_services(progress).await?;
    }
    let node = if args.starts_frontend() {
        Some(frontend::build(progress).await?)
    } else {
        None
    };
    let database = start_servers(theirs, data, &logs, running, progress).await?;
    let kafka = running.kafka.as_ref().context("Kafka was started")?;
    let home = workspace::root();
    fs::create_dir_all(home.join(".taskflow"))?;
    let secrets = Secrets::write(&home, &database.url, &kafka.brokers())?;
    let around = Surroundings {
        daprd: &daprd,
        home: &home,
        secrets: &secrets,
        logs: &logs,
        profile: Profile::Debug,
    };
    let named = apps
        .into_iter()
        .map(|app| (short_name(&app).to_owned(), app));
    let starting = app::start_all(named.collect(), &around, &mut running.apps, progress);
    // A server that dies meanwhile is named, not the service that waits for it in vain.
    let starting = alive_until(kafka.process(), starting);
    match &running.postgres {
        Some(postgres) => alive_until(postgres.process(), starting).await?,
        None => starting.await?,
    }
    if let Some(node) = &node {
        start_frontend(node, running, &secrets, &logs, progress).await?;
    }
    let greeting = greeting(running, data, &database, &secrets).await?;
    progress.line(&greeting);
    running.first_death().await
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
        let app = running.apps.iter().find(|app| app.name() == name);
        app.with_context(|| format!("the app needs {name}"))?.http()
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
    let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let kafka = &*running
        .kafka
        .insert(Kafka::spawn(&log, at(KAFKA), KAFKA_CONTROLLER, logs, progress).await?);
    if let Some(database) = theirs {
        kafka.ready(progress).await?;
        return Ok(database);
    }
    let postgres = postgres::spawn(&data.join("postgres"), at(POSTGRES), logs, progress).await?;
    let postgres = &*running.postgres.insert(postgres);
    tokio::try_join!(kafka.ready(progress), postgres::ready(postgres, progress))?;
    postgres.create_database("taskflow").await?;
    let url = postgres.url("taskflow");
    Ok(Database {
        shown: url.clone(),
        url,
    })
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
    let brokers = secrets.get("KAFKA_BROKERS")?;
    let mut lines = vec![
        String::new(),
        format!("data       {}", data.display()),
        format!("kafka      {brokers}"),
        format!("postgres   {}", database.shown),
    ];
    for app in &running.apps {
        lines.push(format!("{:10} {}", app.name(), app.http()?));
    }
    if let Some(backend) = running.apps.iter().find(|app| app.name() == "backend") {
        let token = token::mint(DEVELOPER, secrets).await?;
        let (url, user) = (backend.http()?, token.user_id);
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
