//! What the trials stand on: one product for all of them, started when the first needs it, in one
//! of the ways in which it can be run.

mod mode;
mod product;
mod proof;

pub(crate) use mode::Mode;
pub(crate) use product::{Product, handled};

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow};
use events::UserId;
use libtest_mimic::{Failed, Trial};
use testing::{FakeModel, MODEL_KEY, Site, wait};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::{Mutex, OnceCell, RwLock};
use xtask::progress::Progress;
use xtask::stack::{App, Infra, Options, Stack};
use xtask::workspace;

use crate::outside::Outside;

/// No trial takes this long unless it hangs, with the time until its turn comes.
const LIMIT: Duration = Duration::from_mins(10);

/// The administrator of every product here.
const ADMIN: &str = "0190c0de-0000-7000-8000-00000000ad31";

/// How many backends, realtimes, notifiers and schedulers.
type Replicas = [usize; 4];

pub(crate) struct Stage {
    pub(crate) mode: Mode,
    runtime: Handle,
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

impl Stage {
    pub(crate) fn new(mode: Mode, runtime: &Runtime) -> Result<Arc<Self>> {
        Ok(Arc::new(Self {
            mode,
            runtime: runtime.handle().clone(),
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
            let before = product.people();
            let outcome = async {
                check(product).await?;
                product.adds_up(&product.since(before)).await
            };
            outcome.await.map_err(|error| product.explain(&error))
        })
    }

    /// A trial that breaks the product, and brings it back; or that needs it for itself.
    pub(crate) fn alone(
        self: &Arc<Self>,
        name: &str,
        check: impl AsyncFnOnce(&Product) -> Result<()> + Send + 'static,
    ) -> Trial {
        self.trial(name, async |stage| {
            let _turn = stage.turn.write().await;
            let product = stage.product().await?;
            let before = product.people();
            let outcome = check(product).await;
            let outcome = outcome.map_err(|error| product.explain(&error));
            // Whatever happened, the next trial starts with a product that works.
            product.heal().await?;
            outcome?;
            product.adds_up(&product.since(before)).await
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
            let product = stage.start("spare", infra, [1, 1, 1, 1], &env).await?;
            let outcome = check(&product).await;
            let outcome = outcome.map_err(|error| product.explain(&error));
            product.heal_servers().await?;
            let added_up = if env.iter().any(|(name, _)| *name == "PLANTED_FAULT") {
                // The check has found it, and that is all that is asked of this product.
                Ok(())
            } else {
                product.adds_up(&product.since(0)).await
            };
            product.stack.stop().await?;
            outcome.and(added_up)
        })
    }

    /// A trial on a product of its own with two notifiers.
    pub(crate) fn notifiers(
        self: &Arc<Self>,
        name: &str,
        check: impl AsyncFnOnce(&Product) -> Result<()> + Send + 'static,
    ) -> Trial {
        self.replicas(name, [1, 1, 2, 1], check)
    }

    /// A trial on a product of its own with two schedulers.
    pub(crate) fn schedulers(
        self: &Arc<Self>,
        name: &str,
        check: impl AsyncFnOnce(&Product) -> Result<()> + Send + 'static,
    ) -> Trial {
        self.replicas(name, [1, 1, 1, 2], check)
    }

    fn replicas(
        self: &Arc<Self>,
        name: &str,
        replicas: Replicas,
        check: impl AsyncFnOnce(&Product) -> Result<()> + Send + 'static,
    ) -> Trial {
        self.trial(name, async move |stage| {
            let _turn = stage.turn.write().await;
            let infra = stage.spare().await?;
            let product = stage.start("spare", infra, replicas, &[]).await?;
            let outcome = check(&product).await;
            let outcome = outcome.map_err(|error| product.explain(&error));
            let added_up = product.adds_up(&product.since(0)).await;
            product.stack.stop().await?;
            outcome.and(added_up)
        })
    }

    /// A trial on a product of its own with two backends, used through the one that follows. The
    /// other one leads the relay.
    pub(crate) fn twins(
        self: &Arc<Self>,
        name: &str,
        check: impl AsyncFnOnce(&Product, &App) -> Result<()> + Send + 'static,
    ) -> Trial {
        self.trial(name, async move |stage| {
            let _turn = stage.turn.write().await;
            let infra = stage.spare().await?;
            let mut product = stage.start("spare", infra, [2, 1, 1, 1], &[]).await?;
            let (leader, follower) = product.leader_and_follower().await?;
            product.site = Self::site(&product.stack, follower).await?;
            let outcome = check(&product, product.stack.app(leader)?).await;
            let outcome = outcome.map_err(|error| product.explain(&error));
            let added_up = product.adds_up(&product.since(0)).await;
            product.stack.stop().await?;
            outcome.and(added_up)
        })
    }

    fn trial(
        self: &Arc<Self>,
        name: &str,
        body: impl AsyncFnOnce(&Self) -> Result<()> + Send + 'static,
    ) -> Trial {
        let stage = Arc::clone(self);
        Trial::test(self.mode.named(name), move || {
            let limited = wait::within("the trial to end", LIMIT, body(&stage));
            let outcome = stage.runtime.block_on(limited);
            outcome.map_err(|error| Failed::from(format!("{error:#}")))
        })
    }

    async fn product(&self) -> Result<&Product> {
        let started = self.product.get_or_init(async || {
            let infra = self
                .mode
                .infra(&self.dir.join("main"), &self.progress)
                .await;
            let infra = infra.map_err(|error| format!("{error:#}"))?;
            let product = self.start("main", Arc::new(infra), [1, 2, 1, 1], &[]).await;
            product.map_err(|error| format!("{error:#}"))
        });
        started.await.as_ref().map_err(|error| anyhow!("{error}"))
    }

    async fn spare(&self) -> Result<Arc<Infra>> {
        let started = self.spare.get_or_init(async || {
            let infra = self
                .mode
                .infra(&self.dir.join("spare"), &self.progress)
                .await;
            infra.map(Arc::new).map_err(|error| format!("{error:#}"))
        });
        let infra = started.await.as_ref().map_err(|error| anyhow!("{error}"))?;
        Ok(Arc::clone(infra))
    }

    async fn start(
        &self,
        name: &str,
        infra: Arc<Infra>,
        [
            backend_replicas,
            realtime_replicas,
            notifier_replicas,
            scheduler_replicas,
        ]: Replicas,
        env: &[(&'static str, &'static str)],
    ) -> Result<Product> {
        let mut options = Options {
            backend_replicas,
            realtime_replicas,
            notifier_replicas,
            scheduler_replicas,
            standalone: self.mode.is_standalone(),
            ..Options::default()
        };
        // Tests are in a hurry; the limits have a trial of their own.
        let usual = [
            ("RATE_LIMIT_USER", "1000000"),
            ("RATE_LIMIT_IP", "1000000"),
            ("REFUSED_PER_MINUTE", "1000000"),
            ("ADMIN_USERS", ADMIN),
        ];
        let outside = Outside::start().await?;
        let model = FakeModel::start().await?;
        let model_url = model.base_url();
        let smtp_url = outside.smtp_url();
        let to_outside = [
            ("ALLOW_HTTP_DESTINATIONS", "true"),
            ("SMTP_URL", &smtp_url),
            ("WEBHOOK_ALLOW", "127.0.0.1"),
            ("WEBHOOK_TIMEOUT", "3"),
            ("OPENAI_BASE_URL", &model_url),
            ("OPENAI_API_KEY", MODEL_KEY),
        ];
        for app in [
            "taskflow-agent",
            "taskflow-backend",
            "taskflow-notifier",
            "taskflow-realtime",
            "taskflow-scheduler",
        ] {
            let env = usual.iter().chain(&to_outside).chain(env);
            let env = env.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
            options.env.insert(app.to_owned(), env.collect());
        }
        let stack = Stack::start(&infra, &self.dir.join(name), options, &self.progress).await?;
        let site = Self::site(&stack, "backend").await?;
        let admin: UserId = ADMIN.parse()?;
        site.database
            .create_user(admin, "admin@taskflow.example")
            .await?;
        let product = Product {
            infra,
            stack,
            site,
            admin,
            outside,
            env: env.to_vec(),
            model,
            proof: Mutex::default(),
        };
        product.delivers().await?;
        Ok(product)
    }

    /// The product behind one of its backends.
    async fn site(stack: &Stack, backend: &str) -> Result<Arc<Site>> {
        let site = Site::new(
            stack.app(backend)?.http(),
            stack.realtime()?.http(),
            stack.secret("DATABASE_URL")?,
            stack.secret("BETTER_AUTH_SECRET")?,
        );
        Ok(Arc::new(site.await?))
    }

    /// Runs until Ctrl-C, and then ends everything before it ends this process.
    pub(crate) async fn watch_for_interruption(stages: Vec<Arc<Self>>) {
        if tokio::signal::ctrl_c().await.is_ok() {
            for stage in stages {
                let _ = stage.stop().await;
                let _ = fs::remove_dir_all(&stage.dir);
            }
            std::process::exit(130);
        }
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
