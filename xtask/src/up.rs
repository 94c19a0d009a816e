//! `cargo xtask up`: the product on this machine until Ctrl-C.

use anyhow::{Context, Result, bail};
use futures::future::{join_all, select_all};
use futures::{FutureExt, future};
use tokio::signal::unix::{SignalKind, signal};

use crate::app::{App, Profile, Surroundings};
use crate::cargo;
use crate::frontend::{self, Frontend};
use crate::infra::{Kafka, Postgres};
use crate::logs::Logs;
use crate::process::Process;
use crate::progress::Progress;
use crate::secrets::Secrets;
use crate::stack::short_name;
use crate::token;
use crate::{app, install, ports, template, workspace};

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
}

/// What runs by now. It grows while starting, so that an interruption at any point can
/// stop it in order.
#[derive(Default)]
struct Running {
    postgres: Option<Postgres>,
    kafka: Option<Kafka>,
    apps: Vec<App>,
    frontend: Option<Frontend>,
}

pub async fn run(args: Args) -> Result<()> {
    let progress = Progress::new();
    let apps = if args.infra {
        Vec::new()
    } else {
        template::read()?
    };
    ports_are_free(&args, &apps)?;
    let mut running = Running::default();
    let outcome = tokio::select! {
        outcome = serve(&args, apps, &mut running, &progress) => outcome,
        outcome = interrupted() => outcome,
    };
    progress.line("");
    let step = progress.step("stopping");
    tokio::select! {
        () = running.stop() => step.done("nothing is left behind"),
        // Impatience: dropping kills.
        outcome = interrupted() => outcome?,
    }
    outcome
}

/// Starts everything, and returns only when one of the processes has died.
async fn serve(
    args: &Args,
    apps: Vec<template::App>,
    running: &mut Running,
    progress: &Progress,
) -> Result<()> {
    let logs = Logs::console(progress);
    let (_, daprd) = tokio::try_join!(install::kafka(progress), install::daprd(progress))?;
    if !apps.is_empty() {
        cargo::build_services(progress).await?;
    }
    let database_url = start_servers(args, &logs, running, progress).await?;
    let kafka = running.kafka.as_ref().context("Kafka was started")?;
    let home = workspace::root();
    std::fs::create_dir_all(home.join(".taskflow"))?;
    let secrets = Secrets::write(&home, &database_url, &kafka.brokers())?;
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
    app::start_all(named.collect(), &around, &mut running.apps, progress).await?;
    if args.starts_frontend() {
        start_frontend(running, &secrets, &logs, progress).await?;
    }
    progress.line(&greeting(running, &database_url, &secrets).await?);
    running.first_death().await
}

/// Builds the app if it has changed, and starts it on the services that run.
async fn start_frontend(
    running: &mut Running,
    secrets: &Secrets,
    logs: &Logs,
    progress: &Progress,
) -> Result<()> {
    let node = frontend::build(progress).await?;
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
        .insert(Frontend::spawn(&node, &settings, secrets, logs).await?);
    frontend.ready(progress).await
}

/// Starts the servers and returns the database's URL. They are known to `running` before
/// they are ready: a database that recovers must not be killed for a Ctrl-C.
async fn start_servers(
    args: &Args,
    logs: &Logs,
    running: &mut Running,
    progress: &Progress,
) -> Result<String> {
    let state = workspace::state();
    let (data, log) = (state.join("postgres"), state.join("kafka"));
    let ports = [KAFKA, KAFKA_CONTROLLER];
    let kafka = &*running
        .kafka
        .insert(Kafka::spawn(&log, ports, logs, progress).await?);
    if let Some(url) = &args.database_url {
        kafka.ready(progress).await?;
        return Ok(url.clone());
    }
    let postgres = Postgres::spawn(&data, POSTGRES, logs, progress).await?;
    let postgres = &*running.postgres.insert(postgres);
    tokio::try_join!(kafka.ready(progress), postgres.ready(progress))?;
    postgres.create_database("taskflow").await?;
    Ok(postgres.url("taskflow"))
}

/// Finds every taken port before anything is started or touched.
fn ports_are_free(args: &Args, apps: &[template::App]) -> Result<()> {
    let mut wanted = vec![
        (KAFKA, "kafka".to_owned()),
        (KAFKA_CONTROLLER, "kafka's controller".to_owned()),
    ];
    if args.database_url.is_none() {
        wanted.push((POSTGRES, "postgres".to_owned()));
    }
    if args.starts_frontend() {
        wanted.push((frontend::PORT, "the app".to_owned()));
    }
    for app in apps {
        for (port, what) in app.ports()? {
            wanted.push((port, format!("{}: {what}", app.own.app_id)));
        }
    }
    let taken: Vec<String> = wanted
        .into_iter()
        .filter(|(port, _)| !ports::is_free(*port))
        .map(|(port, what)| {
            let holder = ports::holder(port).unwrap_or_else(|| "another process".to_owned());
            format!("  {port} ({what}) is taken by {holder}")
        })
        .collect();
    if taken.is_empty() {
        return Ok(());
    }
    bail!(
        "these ports are not free; is `cargo xtask up` running already?\n{}",
        taken.join("\n")
    )
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
}

impl Running {
    fn processes(&self) -> impl Iterator<Item = &Process> {
        let postgres = self.postgres.iter().map(Postgres::process);
        let kafka = self.kafka.iter().map(Kafka::process);
        let apps = self
            .apps
            .iter()
            .flat_map(|app| [&app.service, &app.sidecar]);
        let frontend = self.frontend.iter().map(Frontend::process);
        postgres.chain(kafka).chain(apps).chain(frontend)
    }

    /// Waits for the first process to end, and tells which and what it said last.
    async fn first_death(&self) -> Result<()> {
        let deaths = self
            .processes()
            .map(|process| async move { (process, process.exited().await) }.boxed());
        let ((process, status), _, _) = select_all(deaths).await;
        bail!(
            "{} ended ({}). Its last lines:\n{}",
            process.name(),
            status?,
            process.tail().join("\n")
        )
    }

    /// The app and the services with their sidecars first, then what they stand on.
    async fn stop(&self) {
        let report = |name: &str, result: Result<()>| {
            if let Err(error) = result {
                eprintln!("stopping {name}: {error:#}");
            }
        };
        let frontend = async {
            if let Some(frontend) = &self.frontend {
                report("frontend", frontend.stop().await);
            }
        };
        let apps = self
            .apps
            .iter()
            .map(|app| async { report(app.name(), app.stop().await) });
        future::join(frontend, join_all(apps)).await;
        let postgres = async {
            if let Some(postgres) = &self.postgres {
                report("postgres", postgres.stop().await);
            }
        };
        let kafka = async {
            if let Some(kafka) = &self.kafka {
                report("kafka", kafka.stop().await);
            }
        };
        future::join(postgres, kafka).await;
    }
}

/// Where everything is, and a request that works.
async fn greeting(running: &Running, database_url: &str, secrets: &Secrets) -> Result<String> {
    let brokers = secrets.get("KAFKA_BROKERS")?;
    let mut lines = vec![String::new(), format!("kafka      {brokers}")];
    if running.postgres.is_some() {
        lines.push(format!("postgres   {database_url}"));
    }
    for app in &running.apps {
        lines.push(format!("{:10} {}", app.name(), app.http()?));
    }
    if let Some(backend) = running.apps.iter().find(|app| app.name() == "backend") {
        let token = token::mint(DEVELOPER, secrets).await?;
        let (url, user) = (backend.http()?, token.user_id);
        lines.push(String::new());
        lines.push(format!(
            "curl {url}/api/{user}/tasks \\\n  -H 'Content-Type: application/json' \\\n  \
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
