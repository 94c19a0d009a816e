//! What the trials stand on: one product for all of them, started when the first needs it.

use std::fs;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow};
use events::{Topic, UserId};
use libtest_mimic::{Failed, Trial};
use serde_json::json;
use testing::{Client, Site, Socket, send, wait};
use tokio::runtime::Runtime;
use tokio::sync::{OnceCell, RwLock};
use xtask::progress::Progress;
use xtask::stack::{App, Infra, Options, Stack};
use xtask::workspace;

/// No trial takes this long unless it hangs.
const LIMIT: Duration = Duration::from_mins(4);

/// How long a consumer group may take to form.
const JOINED: Duration = Duration::from_secs(30);

/// Lines of each process's output that a failure shows.
const TAIL: usize = 8;

pub(crate) struct Stage {
    runtime: Runtime,
    progress: Progress,
    /// Data and logs of everything that is started here.
    pub(crate) dir: PathBuf,
    product: OnceCell<Result<Product, String>>,
    /// For the products that trials start for themselves, one after the other.
    spare: OnceCell<Result<Arc<Infra>, String>>,
    /// Shared trials hold it together, the others one at a time. It is fair, so trials that
    /// are listed last run last.
    turn: RwLock<()>,
}

/// A running TaskFlow: its processes to break, and its [`Site`] to use.
pub(crate) struct Product {
    pub(crate) infra: Arc<Infra>,
    pub(crate) stack: Stack,
    pub(crate) site: Arc<Site>,
}

impl Deref for Product {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Stage {
    pub(crate) fn new() -> Result<Arc<Self>> {
        Ok(Arc::new(Self {
            runtime: Runtime::new()?,
            progress: Progress::new(),
            dir: workspace::scratch("e2e")?,
            product: OnceCell::new(),
            spare: OnceCell::new(),
            turn: RwLock::new(()),
        }))
    }

    /// A trial that changes nothing but what belongs to its own users.
    pub(crate) fn shared(
        self: &Arc<Self>,
        name: &str,
        check: impl AsyncFnOnce(&Product) -> Result<()> + Send + 'static,
    ) -> Trial {
        self.trial(name, async |stage| {
            let _turn = stage.turn.read().await;
            let product = stage.product().await?;
            check(product)
                .await
                .map_err(|error| product.explain(&error))
        })
    }

    /// A trial that breaks the product, and brings it back.
    pub(crate) fn alone(
        self: &Arc<Self>,
        name: &str,
        check: impl AsyncFnOnce(&Product) -> Result<()> + Send + 'static,
    ) -> Trial {
        self.trial(name, async |stage| {
            let _turn = stage.turn.write().await;
            let product = stage.product().await?;
            let outcome = check(product).await;
            let outcome = outcome.map_err(|error| product.explain(&error));
            // Whatever happened, the next trial starts with a product that works.
            product.heal().await?;
            outcome
        })
    }

    /// A trial on a product of its own, with more environment for both services.
    pub(crate) fn apart(
        self: &Arc<Self>,
        name: &str,
        env: &[(&'static str, &'static str)],
        check: impl AsyncFnOnce(&Product) -> Result<()> + Send + 'static,
    ) -> Trial {
        let env = env.to_vec();
        self.trial(name, async move |stage| {
            let _turn = stage.turn.write().await;
            let infra = stage.spare().await?;
            let product = stage.start("spare", infra, 1, &env).await?;
            let outcome = check(&product).await;
            let outcome = outcome.map_err(|error| product.explain(&error));
            product.heal_servers().await?;
            product.stack.stop().await?;
            outcome
        })
    }

    fn trial(
        self: &Arc<Self>,
        name: &str,
        body: impl AsyncFnOnce(&Self) -> Result<()> + Send + 'static,
    ) -> Trial {
        let stage = Arc::clone(self);
        Trial::test(name, move || {
            let limited = wait::within("the trial to end", LIMIT, body(&stage));
            let outcome = stage.runtime.block_on(limited);
            outcome.map_err(|error| Failed::from(format!("{error:#}")))
        })
    }

    async fn product(&self) -> Result<&Product> {
        let started = self.product.get_or_init(async || {
            let infra = Infra::start(&self.dir.join("main"), &self.progress).await;
            let infra = infra.map_err(|error| format!("{error:#}"))?;
            let product = self.start("main", Arc::new(infra), 2, &[]).await;
            product.map_err(|error| format!("{error:#}"))
        });
        started.await.as_ref().map_err(|error| anyhow!("{error}"))
    }

    async fn spare(&self) -> Result<Arc<Infra>> {
        let started = self.spare.get_or_init(async || {
            let infra = Infra::start(&self.dir.join("spare"), &self.progress).await;
            infra.map(Arc::new).map_err(|error| format!("{error:#}"))
        });
        let infra = started.await.as_ref().map_err(|error| anyhow!("{error}"))?;
        Ok(Arc::clone(infra))
    }

    async fn start(
        &self,
        name: &str,
        infra: Arc<Infra>,
        realtime_replicas: usize,
        env: &[(&str, &str)],
    ) -> Result<Product> {
        let mut options = Options {
            realtime_replicas,
            ..Options::default()
        };
        // Tests are in a hurry; the limits have a trial of their own.
        let unlimited = [("RATE_LIMIT_USER", "1000000"), ("RATE_LIMIT_IP", "1000000")];
        for app in ["taskflow-backend", "taskflow-realtime"] {
            let env = unlimited.iter().chain(env);
            let env = env.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
            options.env.insert(app.to_owned(), env.collect());
        }
        let stack = Stack::start(&infra, &self.dir.join(name), options, &self.progress).await?;
        let site = Site::new(
            stack.backend()?.http()?,
            stack.realtime()?.http()?,
            stack.secret("DATABASE_URL")?,
            stack.secret("BETTER_AUTH_SECRET")?,
        );
        let site = Arc::new(site.await?);
        let product = Product { infra, stack, site };
        product.delivers().await?;
        Ok(product)
    }

    /// Runs until Ctrl-C, and then ends everything before it ends this process.
    pub(crate) fn watch_for_interruption(self: &Arc<Self>) {
        let stage = Arc::clone(self);
        self.runtime.spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                let _ = stage.stop().await;
                let _ = fs::remove_dir_all(&stage.dir);
                std::process::exit(130);
            }
        });
    }

    /// Ends everything; the logs stay when they may be of interest.
    pub(crate) fn tear_down(&self, keep_logs: bool) -> Result<()> {
        self.runtime.block_on(self.stop())?;
        if keep_logs {
            // The data are large, and say less than the logs.
            for data in [
                "main/postgres",
                "main/kafka",
                "spare/postgres",
                "spare/kafka",
            ] {
                let _ = fs::remove_dir_all(self.dir.join(data));
            }
            eprintln!("the logs are in {}", self.dir.display());
        } else {
            fs::remove_dir_all(&self.dir)?;
        }
        Ok(())
    }

    async fn stop(&self) -> Result<()> {
        if let Some(Ok(product)) = self.product.get() {
            product.stack.stop().await?;
            product.infra.stop().await?;
        }
        if let Some(Ok(infra)) = self.spare.get() {
            infra.stop().await?;
        }
        Ok(())
    }
}

impl Product {
    /// The bootstrap address of the broker.
    pub(crate) fn brokers(&self) -> String {
        self.infra.kafka().brokers()
    }

    /// The replica of realtime that a load balancer would give the `number`th.
    pub(crate) fn realtime_of(&self, number: usize) -> Result<String> {
        let apps = self.stack.apps().iter();
        let replicas: Vec<_> = apps
            .filter(|app| app.name().starts_with("realtime"))
            .collect();
        replicas[number % replicas.len()].http()
    }

    /// The `number`th tab of somebody.
    pub(crate) async fn tab(
        &self,
        client: &Client,
        number: usize,
        since: Option<u64>,
    ) -> Result<Socket> {
        let token = client.token.as_deref().unwrap_or_default();
        Socket::connect(&self.realtime_of(number)?, client.user, token, since).await
    }

    /// Waits until nothing of these users is left to be published.
    pub(crate) async fn drained(&self, users: &[UserId], limit: Duration) -> Result<()> {
        wait::until("every event to be published", limit, async || {
            Ok((self.database.unpublished(users).await? == 0).then_some(()))
        })
        .await
    }

    /// Starts again whatever is not running, and waits until everything works.
    pub(crate) async fn heal(&self) -> Result<()> {
        self.heal_servers().await?;
        for app in self.stack.apps() {
            for process in [&app.sidecar, &app.service] {
                if !process.is_running() {
                    process.restart().await?;
                }
            }
            app.ready(&Progress::hidden()).await?;
        }
        self.delivers().await
    }

    async fn heal_servers(&self) -> Result<()> {
        let (postgres, kafka) = (self.infra.postgres(), self.infra.kafka());
        if !postgres.process().is_running() {
            postgres.restart().await?;
        }
        if !kafka.process().is_running() {
            kafka.restart().await?;
        }
        Ok(())
    }

    /// Waits until every replica of realtime hears what is published now. A consumer group that
    /// is still being formed will begin after it, and only the log fills that.
    async fn delivers(&self) -> Result<()> {
        let probe = self.sign_up().await?;
        for app in self.stack.apps() {
            if !app.name().starts_with("realtime") {
                continue;
            }
            let count = async || handled(self, app, Topic::Tasks.name(), "done").await;
            let before = count().await?;
            wait::until("events to be delivered", JOINED, async || {
                probe
                    .post("/tasks", &json!({"title": "Probe"}))
                    .await?
                    .expect(201)?;
                Ok((count().await? > before).then_some(()))
            })
            .await?;
        }
        Ok(())
    }

    /// The error with the last lines of every process of the stack.
    fn explain(&self, error: &anyhow::Error) -> anyhow::Error {
        let mut lines = vec![format!("{error:#}")];
        for app in self.stack.apps() {
            for process in [&app.service, &app.sidecar] {
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
    let metrics = send(site.http().get(format!("{}/metrics", app.http()?))).await?;
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
