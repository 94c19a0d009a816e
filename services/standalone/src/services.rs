//! The services, each with its settings.

use std::ffi::OsString;

use anyhow::{Context, bail};
use clap::Parser;
use secrecy::SecretString;
use sidecar::{Direct, SidecarArgs};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::front::Slots;

const AGENT: &str = "taskflow-agent";
const BACKEND: &str = "taskflow-backend";
const NOTIFIER: &str = "taskflow-notifier";
const REALTIME: &str = "taskflow-realtime";
const SCHEDULER: &str = "taskflow-scheduler";

/// The settings of all, from the environment.
pub(crate) struct Services {
    agent: agent::Config,
    backend: backend::config::Config,
    notifier: notifier::Config,
    realtime: realtime::Config,
    scheduler: scheduler::Config,
}

/// All of them, until they end.
pub(crate) struct Running {
    backend: JoinSet<anyhow::Result<()>>,
    stop_backend: CancellationToken,
    /// They ask the backend until they have ended.
    others: JoinSet<anyhow::Result<()>>,
    stop_others: CancellationToken,
}

impl Services {
    /// As the environment has them.
    pub(crate) fn configured() -> anyhow::Result<Self> {
        Ok(Self {
            agent: from_environment::<agent::Arguments>(AGENT)?.config,
            backend: from_environment(BACKEND)?,
            notifier: from_environment(NOTIFIER)?,
            realtime: from_environment(REALTIME)?,
            scheduler: from_environment(SCHEDULER)?,
        })
    }

    /// Beside each other instead of beside sidecars.
    pub(crate) fn on(mut self, direct: &Direct, database_url: SecretString) -> Self {
        in_process(&mut self.agent.sidecar, direct, AGENT);
        in_process(&mut self.notifier.sidecar, direct, NOTIFIER);
        in_process(&mut self.realtime.sidecar, direct, REALTIME);
        in_process(&mut self.scheduler.sidecar, direct, SCHEDULER);
        Self {
            backend: on(self.backend, direct, database_url),
            ..self
        }
    }

    /// Each puts what it serves into its slot, and stays until the front is `closed`.
    pub(crate) fn start(self, slots: &Slots, closed: &CancellationToken) -> Running {
        let mut running = Running {
            backend: JoinSet::new(),
            stop_backend: CancellationToken::new(),
            others: JoinSet::new(),
            stop_others: CancellationToken::new(),
        };
        let stop = &running.stop_backend;
        let backend = backend::run_at(self.backend, slots.backend.door(closed), stop.clone());
        running.backend.spawn(of(BACKEND, backend));
        let stop = &running.stop_others;
        let agent = agent::run_at(self.agent, slots.agent.door(closed), stop.clone());
        let notifier = notifier::run_at(self.notifier, slots.notifier.door(closed), stop.clone());
        let realtime = realtime::run_at(self.realtime, slots.realtime.door(closed), stop.clone());
        let scheduler =
            scheduler::run_at(self.scheduler, slots.scheduler.door(closed), stop.clone());
        running.others.spawn(of(AGENT, agent));
        running.others.spawn(of(NOTIFIER, notifier));
        running.others.spawn(of(REALTIME, realtime));
        running.others.spawn(of(SCHEDULER, scheduler));
        running
    }
}

impl Running {
    /// One that ends before it is told to takes the process with it.
    pub(crate) async fn first_end(&mut self) -> anyhow::Result<()> {
        let ended = tokio::select! {
            Some(ended) = self.backend.join_next() => ended,
            Some(ended) = self.others.join_next() => ended,
        };
        ended??;
        bail!("a service ended without being told to")
    }

    /// Waits for all, and for the requests that the front has still; the first error is told.
    /// The front waits for no service, but for what each has begun: its sockets and streams end
    /// when it is told to stop, before it waits for the front.
    pub(crate) async fn stop(
        mut self,
        front: impl Future<Output = anyhow::Result<()>>,
    ) -> anyhow::Result<()> {
        self.stop_others.cancel();
        let (front, others) = tokio::join!(front, all_end(&mut self.others));
        self.stop_backend.cancel();
        front.and(others).and(all_end(&mut self.backend).await)
    }
}

async fn all_end(services: &mut JoinSet<anyhow::Result<()>>) -> anyhow::Result<()> {
    let mut outcome = Ok(());
    while let Some(ended) = services.join_next().await {
        outcome = outcome.and(ended?);
    }
    outcome
}

/// Says whose error it is.
async fn of(
    name: &'static str,
    service: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<()> {
    service.await.context(name)
}

/// The backend's settings for a command of its.
pub(crate) fn backend(
    command: backend::config::Command,
) -> anyhow::Result<backend::config::Config> {
    Ok(backend::config::Config {
        command: Some(command),
        ..from_environment(BACKEND)?
    })
}

/// The backend beside the others, on this database.
pub(crate) fn on(
    mut backend: backend::config::Config,
    direct: &Direct,
    database_url: SecretString,
) -> backend::config::Config {
    backend.database_url = Some(database_url);
    in_process(&mut backend.sidecar, direct, BACKEND);
    backend
}

/// What is on the command line is ours.
fn from_environment<C: Parser>(name: &'static str) -> anyhow::Result<C> {
    let no_arguments = [OsString::from(name)];
    C::try_parse_from(no_arguments).with_context(|| format!("the settings of {name}"))
}

fn in_process(args: &mut SidecarArgs, direct: &Direct, app_id: &str) {
    args.in_process = Some(direct.app(app_id));
    // Any, because nobody calls there.
    args.app_port = 0;
}
