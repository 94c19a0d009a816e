//! A running TaskFlow, with its processes at hand.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow};
use events::{Topic, UserId};
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use testing::load::Place;
use testing::{Client, FakeModel, Heard, Site, Socket, send, wait};
use tokio::process::Command;
use tokio::sync::Mutex;
use xtask::progress::Progress;
use xtask::stack::{App, Infra, Stack};
use xtask::workspace;

use crate::outside::Outside;

/// How long a consumer group may take to form.
const JOINED: Duration = Duration::from_secs(30);

/// Lines of each process's output that a failure shows.
const TAIL: usize = 8;

/// A running TaskFlow: its processes to break, and its [`Site`] to use.
pub(crate) struct Product {
    pub(crate) infra: Arc<Infra>,
    pub(crate) stack: Stack,
    pub(crate) site: Arc<Site>,
    pub(crate) admin: UserId,
    pub(crate) outside: Outside,
    /// What its services, and commands beside them, have in their environment besides the usual.
    pub(super) env: Vec<(&'static str, &'static str)>,
    /// What the chat asks.
    pub(crate) model: FakeModel,
    /// Held while somebody looks whether all adds up.
    pub(super) proof: Mutex<()>,
}

impl Deref for Product {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Place for Product {
    fn brokers(&self) -> Result<String> {
        self.brokers()
    }

    /// The replica of realtime that a load balancer would give the `number`th.
    fn realtime_of(&self, number: usize) -> String {
        let apps = self.stack.apps().iter();
        let replicas: Vec<_> = apps
            .filter(|app| self.stack.is_standalone() || app.name().starts_with("realtime"))
            .collect();
        replicas[number % replicas.len()].http()
    }
}

impl Product {
    /// The bootstrap address of the broker.
    pub(crate) fn brokers(&self) -> Result<String> {
        Ok(self.infra.kafka()?.brokers())
    }

    /// The base URL of the agent.
    pub(crate) fn agent(&self) -> Result<String> {
        Ok(self.stack.app("agent")?.http())
    }

    /// The `number`th tab of somebody.
    pub(crate) async fn tab(
        &self,
        client: &Client,
        number: usize,
        since: Option<u64>,
    ) -> Result<Socket> {
        let token = client.token.as_deref().unwrap_or_default();
        Socket::connect(&self.realtime_of(number), client.user, token, since).await
    }

    /// The names of the backend that leads the relay and of the one that does not.
    pub(super) async fn leader_and_follower(&self) -> Result<(&'static str, &'static str)> {
        wait::until("one backend to lead", JOINED, async || {
            let first = self.leads(self.stack.app("backend")?).await?;
            let second = self.leads(self.stack.app("backend-2")?).await?;
            Ok(match (first, second) {
                (true, false) => Some(("backend", "backend-2")),
                (false, true) => Some(("backend-2", "backend")),
                _ => None,
            })
        })
        .await
    }

    /// Whether a backend says that it leads the relay.
    pub(crate) async fn leads(&self, backend: &App) -> Result<bool> {
        let health = send(self.http().get(format!("{}/health", backend.http()))).await?;
        Ok(health.expect(200)?["gauges"]["relay_leads"] == 1)
    }

    /// A request outside `/api`, by the administrator.
    pub(crate) fn as_admin(&self, method: Method, path: &str) -> Result<RequestBuilder> {
        let url = format!("{}{path}", self.backend);
        let token = self.signer.token(self.admin)?;
        Ok(self.http().request(method, url).bearer_auth(token))
    }

    /// The backend's binary as a command beside the service, through the same sidecar; or the
    /// standalone's, through nothing.
    pub(crate) fn command(&self, args: &[&str]) -> Result<Command> {
        if self.stack.is_standalone() {
            let mut command = Command::new(workspace::root().join("target/debug/taskflow"));
            command.args(args).kill_on_drop(true);
            for key in ["DATABASE_URL", "KAFKA_BROKERS"] {
                command.env(key, self.stack.secret(key)?);
            }
            command.envs(self.env.iter().copied());
            return Ok(command);
        }
        let port = self.stack.backend()?.dapr_grpc_port()?;
        let mut command = Command::new(workspace::root().join("target/debug/taskflow-backend"));
        command
            .args(args)
            .env("DAPR_GRPC_PORT", port.to_string())
            .env("DAPR_API_TOKEN", self.stack.secret("DAPR_API_TOKEN")?)
            .env("APP_API_TOKEN", self.stack.secret("APP_API_TOKEN")?)
            .envs(self.env.iter().copied())
            .kill_on_drop(true);
        Ok(command)
    }

    /// Starts again whatever is not running, and waits until everything works.
    pub(crate) async fn heal(&self) -> Result<()> {
        self.heal_servers().await?;
        for app in self.stack.apps() {
            for process in app.processes() {
                if !process.is_running() {
                    process.restart().await?;
                }
            }
            app.ready(&Progress::hidden()).await?;
        }
        self.delivers().await
    }

    pub(super) async fn heal_servers(&self) -> Result<()> {
        let postgres = self.infra.postgres();
        if !postgres.process().is_running() {
            postgres.restart().await?;
        }
        if let Ok(kafka) = self.infra.kafka()
            && !kafka.process().is_running()
        {
            kafka.restart().await?;
        }
        Ok(())
    }

    /// Waits until every replica of realtime hears what is published now. A consumer group that
    /// is still being formed will begin after it, and only the log fills that.
    pub(crate) async fn delivers(&self) -> Result<()> {
        let probe = self.sign_up().await?;
        if self.stack.is_standalone() {
            return self.is_heard(&probe).await;
        }
        for app in self.stack.apps() {
            if !app.name().starts_with("realtime") {
                continue;
            }
            let count = async || handled(self, app, Topic::Tasks.name(), "done").await;
            let before = count().await?;
            wait::until("events to be delivered", JOINED, async || {
                // Where the limits are low, some of these are refused.
                probe.post("/tasks", &json!({"title": "Probe"})).await?;
                Ok((count().await? > before).then_some(()))
            })
            .await?;
        }
        Ok(())
    }

    /// The same by listening: one process counts what all services in it have handled.
    async fn is_heard(&self, probe: &Client) -> Result<()> {
        let mut socket = self.socket(probe, None).await?;
        socket.ready().await?;
        wait::until("events to be delivered", JOINED, async || {
            probe.post("/tasks", &json!({"title": "Probe"})).await?;
            Ok(matches!(socket.hear().await?, Heard::Event(_)).then_some(()))
        })
        .await
    }

    /// The error with the last lines of every process of the stack.
    pub(super) fn explain(&self, error: &anyhow::Error) -> anyhow::Error {
        let mut lines = vec![format!("{error:#}")];
        for app in self.stack.apps() {
            for process in app.processes() {
                lines.push(format!("--- {}", process.name()));
                let tail = process.tail();
                lines.extend_from_slice(&tail[tail.len().saturating_sub(TAIL)..]);
            }
        }
        anyhow!(lines.join("\n"))
    }
}

/// How many events of a topic a service has handled, with this outcome, by its own count.
pub(crate) async fn handled(site: &Site, app: &App, topic: &str, outcome: &str) -> Result<u64> {
    let metrics = send(site.http().get(format!("{}/metrics", app.http()))).await?;
    let metrics = String::from_utf8_lossy(&metrics.body).into_owned();
    let (topic, outcome) = (
        format!("topic=\"{topic}\""),
        format!("outcome=\"{outcome}\""),
    );
    let mut lines = metrics
        .lines()
        .filter(|line| line.starts_with("events_handled_total{"));
    match lines.find(|line| line.contains(&topic) && line.contains(&outcome)) {
        Some(line) => Ok(line.rsplit(' ').next().unwrap_or_default().parse()?),
        None => Ok(0),
    }
}
