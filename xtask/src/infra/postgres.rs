//! A PostgreSQL server of our own, durable as in production.

use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::signal::Signal;
use rand::distr::{Alphanumeric, SampleString};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

use super::GRACE;
use crate::install;
use crate::logs::Logs;
use crate::process::{Account, Process, Spec, alive_until};
use crate::progress::{Progress, Step};

const SUPERUSER: &str = "postgres";

/// A running server.
pub struct Postgres {
    at: SocketAddr,
    password: String,
    process: Process,
}

impl Postgres {
    /// Starts a server whose data lie in `dir` and waits until it answers; what is there
    /// already is kept.
    pub async fn start(
        dir: &Path,
        at: SocketAddr,
        logs: &Logs,
        progress: &Progress,
    ) -> Result<Self> {
        let postgres = Self::spawn(dir, at, logs, progress).await?;
        postgres.ready(progress).await?;
        Ok(postgres)
    }

    /// The same without waiting, for who must be able to stop it meanwhile.
    pub(crate) async fn spawn(
        dir: &Path,
        at: SocketAddr,
        logs: &Logs,
        progress: &Progress,
    ) -> Result<Self> {
        let programs = install::postgres(progress).await?.join("bin");
        let account = Account::unprivileged()?;
        let data = dir.join("data");
        let password = password(dir, account)?;
        if !data.exists() {
            let step = progress.step("initdb");
            initdb(&programs, dir, account, &step).await?;
            step.done("a new database cluster");
        }
        let spec = Spec::new("postgres", programs.join("postgres"))
            .arg("-D")
            .arg(data.display())
            .args(["-c", &format!("listen_addresses={}", at.ip())])
            .args(["-c", &format!("port={}", at.port())])
            // A socket's path may have 107 bytes at most, and nobody needs it.
            .args(["-c", "unix_socket_directories="])
            .args(["-c", "max_connections=200"])
            .args(["-c", "fsync=on", "-c", "synchronous_commit=on"])
            .account(account)
            .dir(dir)
            // "Fast" shutdown; SIGTERM would wait for the clients to leave.
            .stop_signal(Signal::SIGINT);
        let process = Process::start(logs.attach(spec)).await?;
        Ok(Self {
            at,
            password,
            process,
        })
    }

    /// The URL of a database of this server, with the superuser's password.
    pub fn url(&self, database: &str) -> String {
        let Self { at, password, .. } = self;
        format!("postgres://{SUPERUSER}:{password}@{at}/{database}")
    }

    /// Creates the database unless it exists. The name must be a plain identifier.
    pub async fn create_database(&self, name: &str) -> Result<()> {
        let mut connection = self.connect().await?;
        let exists: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
                .bind(name)
                .fetch_one(&mut connection)
                .await?;
        if !exists {
            sqlx::query(AssertSqlSafe(format!("CREATE DATABASE \"{name}\"")))
                .execute(&mut connection)
                .await
                .with_context(|| format!("creating database {name}"))?;
        }
        connection.close().await?;
        Ok(())
    }

    pub fn process(&self) -> &Process {
        &self.process
    }

    /// `kill -9` of the server; its sessions end with it.
    pub async fn kill9(&self) -> Result<()> {
        self.process.kill9().await
    }

    /// Starts the server again and waits until it has recovered.
    pub async fn restart(&self) -> Result<()> {
        self.process.restart().await?;
        self.ready(&Progress::hidden()).await
    }

    pub async fn stop(&self) -> Result<()> {
        self.process.terminate(GRACE).await
    }

    pub(crate) async fn ready(&self, progress: &Progress) -> Result<()> {
        let step = progress.step("postgres");
        step.waits_for("the first connection");
        let answers = async {
            // Each attempt that is too early is a line in the server's log.
            let mut pause = Duration::from_millis(20);
            while self.connect().await.is_err() {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_millis(500));
            }
            Ok(())
        };
        alive_until(&self.process, answers).await?;
        step.done(&self.at.to_string());
        Ok(())
    }

    async fn connect(&self) -> Result<PgConnection> {
        let options = PgConnectOptions::new_without_pgpass()
            .host(&self.at.ip().to_string())
            .port(self.at.port())
            .username(SUPERUSER)
            .password(&self.password)
            .database("postgres");
        Ok(options.connect().await?)
    }
}

/// Initialises a temporary folder and renames it, so that an interrupted run leaves no
/// half-made cluster.
async fn initdb(programs: &Path, dir: &Path, account: Option<Account>, step: &Step) -> Result<()> {
    let partial = dir.join("data.partial");
    if partial.exists() {
        fs::remove_dir_all(&partial)?;
    }
    Spec::new("initdb", programs.join("initdb"))
        .arg("-D")
        .arg(partial.display())
        .arg(format!("--username={SUPERUSER}"))
        .arg(format!("--pwfile={}", password_file(dir).display()))
        .args(["--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"])
        .args(["--locale-provider=builtin", "--builtin-locale=C.UTF-8"])
        .args(["--locale=C"])
        .account(account)
        .dir(dir)
        .run(step)
        .await?;
    let mut clients = OpenOptions::new()
        .append(true)
        .open(partial.join("pg_hba.conf"))?;
    // What initdb wrote is for the loopback. A server elsewhere is there for others.
    writeln!(clients, "host all all all scram-sha-256")?;
    fs::rename(partial, dir.join("data"))?;
    Ok(())
}

/// The superuser's password: it lies beside the data, because it lives as long as they do.
fn password(dir: &Path, account: Option<Account>) -> Result<String> {
    let file = password_file(dir);
    if let Ok(password) = fs::read_to_string(&file) {
        return Ok(password);
    }
    let password = Alphanumeric.sample_string(&mut rand::rng(), 32);
    fs::create_dir_all(dir).with_context(|| format!("creating {}", dir.display()))?;
    fs::set_permissions(dir, Permissions::from_mode(0o700))?;
    fs::write(&file, &password)?;
    fs::set_permissions(&file, Permissions::from_mode(0o600))?;
    if let Some(account) = account {
        account.own(dir)?;
        account.own(&file)?;
    }
    Ok(password)
}

fn password_file(dir: &Path) -> PathBuf {
    dir.join("password")
}
