//! The product under test: every process of it, users who may use it, and a look behind it.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::time::{sleep, timeout};
use xtask::progress::Progress;
use xtask::stack::{App, Infra, Options, Profile, Stack};
use xtask::workspace;

use crate::cpu;
use crate::http::Client;
use crate::topic::Records;
use crate::user::{User, sign_up};

pub const AGENT: &str = "taskflow-agent";
pub const BACKEND: &str = "taskflow-backend";
pub const REALTIME: &str = "taskflow-realtime";
pub const SCHEDULER: &str = "taskflow-scheduler";

/// Nobody measures the rate limits.
const UNLIMITED: &str = "1000000";

/// A running product with nothing in it but its users.
pub struct Stage {
    stack: Stack,
    infra: Infra,
    pub db: PgPool,
    pub dir: PathBuf,
    users: Vec<User>,
}

impl Stage {
    /// Starts everything anew, with `users` users. `env` is more environment for one app.
    pub async fn set(
        name: &str,
        users: u32,
        env: &[(&str, &str, &str)],
        standalone: bool,
    ) -> Result<Self> {
        let dir = workspace::scratch(&format!("bench-{name}"))?;
        let progress = Progress::new();
        let infra = if standalone {
            Infra::without_broker(&dir, &progress).await?
        } else {
            Infra::start(&dir, &progress).await?
        };
        let mut options = Options {
            profile: Profile::Release,
            standalone,
            ..Options::default()
        };
        let limits = [
            (BACKEND, "RATE_LIMIT_USER", UNLIMITED),
            (BACKEND, "RATE_LIMIT_IP", UNLIMITED),
        ];
        for (app, name, value) in limits.iter().chain(env) {
            let of_app: &mut Vec<_> = options.env.entry((*app).to_owned()).or_default();
            of_app.push(((*name).to_owned(), (*value).to_owned()));
        }
        let stack = Stack::start(&infra, &dir, options, &progress).await?;
        let url = infra.postgres().url("taskflow");
        let db = PgPoolOptions::new()
            .max_connections(2)
            .connect(&url)
            .await?;
        let users = sign_up(&db, users, stack.secret("BETTER_AUTH_SECRET")?).await?;
        let stage = Self {
            stack,
            infra,
            db,
            dir,
            users,
        };
        stage.drained().await?;
        Ok(stage)
    }

    /// Ends everything, and keeps nothing: what failed does not come here, and stays to be read.
    pub async fn strike(self) -> Result<()> {
        self.db.close().await;
        self.stack.stop().await?;
        self.infra.stop().await?;
        Ok(fs::remove_dir_all(self.dir)?)
    }

    pub fn is_standalone(&self) -> bool {
        self.stack.is_standalone()
    }

    pub fn users(&self) -> &[User] {
        &self.users
    }

    pub fn apps(&self) -> &[App] {
        self.stack.apps()
    }

    pub fn backend(&self) -> Result<&App> {
        self.stack.backend()
    }

    pub fn realtime(&self) -> Result<&App> {
        self.stack.realtime()
    }

    /// A service and its sidecar, by the app-id.
    pub fn app(&self, app_id: &str) -> Result<&App> {
        self.stack
            .app(app_id.strip_prefix("taskflow-").unwrap_or(app_id))
    }

    /// Where a service's HTTP is.
    pub fn addr(&self, app_id: &str) -> Result<SocketAddr> {
        let url = self.app(app_id)?.http();
        let addr = url.trim_start_matches("http://");
        addr.parse().with_context(|| format!("{url} is no address"))
    }

    /// Where REST is.
    pub fn rest(&self) -> Result<SocketAddr> {
        self.addr(BACKEND)
    }

    /// Where sockets are.
    pub fn sockets(&self) -> Result<SocketAddr> {
        self.addr(REALTIME)
    }

    pub fn secret(&self, key: &str) -> Result<&str> {
        self.stack.secret(key)
    }

    pub fn database_url(&self) -> String {
        self.infra.postgres().url("taskflow")
    }

    /// All records of a topic, and how many there are.
    pub async fn records(&self, topic: events::Topic) -> Result<Records> {
        Records::of(&self.infra.kafka()?.brokers(), topic).await
    }

    /// Events in the log.
    pub async fn events(&self) -> Result<usize> {
        let count: i64 = sqlx::query_scalar("select count(*) from taskflow.events")
            .fetch_one(&self.db)
            .await?;
        Ok(usize::try_from(count)?)
    }

    /// Waits until every event is published.
    pub async fn drained(&self) -> Result<()> {
        let empty = async {
            while self.waiting().await? {
                sleep(Duration::from_millis(50)).await;
            }
            Ok(())
        };
        let patience = Duration::from_mins(2);
        timeout(patience, empty)
            .await
            .context("the relay does not get done")?
    }

    async fn waiting(&self) -> Result<bool> {
        let waiting = sqlx::query_scalar("select exists(select from taskflow.outbox)");
        Ok(waiting.fetch_one(&self.db).await?)
    }

    /// CPU seconds that each process has used until now.
    pub fn cpu(&self) -> Result<cpu::Reading> {
        let mut processes = vec![
            ("postgres".to_owned(), self.infra.postgres().process().pid()),
            ("client".to_owned(), std::process::id()),
        ];
        if let Ok(kafka) = self.infra.kafka() {
            processes.push(("kafka".to_owned(), kafka.process().pid()));
        }
        for app in self.stack.apps() {
            processes.push((app.name().to_owned(), app.service.pid()));
            if let Ok(sidecar) = app.sidecar() {
                processes.push((format!("{}-daprd", app.name()), sidecar.pid()));
            }
        }
        cpu::Reading::take(&processes)
    }

    /// Creates tasks for one user, 100 a request.
    pub async fn fill(&self, client: &Client, user: &User, tasks: usize) -> Result<()> {
        for done in (0..tasks).step_by(100) {
            let batch = user.create_many((tasks - done).min(100), "");
            client.send(&batch).await?.expect(200)?;
        }
        Ok(())
    }
}
