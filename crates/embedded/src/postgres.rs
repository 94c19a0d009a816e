//! The server's data and its process.

use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use children::{Account, LineSink, Process, Spec, alive_until, closed_to_others};
use nix::sys::signal::Signal;
use rand::distr::{Alphanumeric, SampleString};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use tokio::time::{sleep, timeout};

const SUPERUSER: &str = "postgres";

/// The program, as the kernel calls it.
const SERVER: &str = "postgres";

/// Where `postmaster.pid` says who listens, and on which port.
const PID_LINE: usize = 0;
const PORT_LINE: usize = 3;

/// How long a server may take to end whose parent was killed.
const ENDED_WITHIN: Duration = Duration::from_secs(30);

/// How long the server may take to stop before it is killed.
const GRACE: Duration = Duration::from_secs(3);

/// A running server. Dropping it kills it.
pub struct Postgres {
    at: SocketAddr,
    password: String,
    process: Process,
}

impl Postgres {
    /// Starts a server with these `programs` whose data lie in `dir`; what is there already is
    /// kept. It does not answer yet. The caller holds a lock, so that nobody else starts one there.
    pub async fn spawn(
        programs: &Path,
        dir: &Path,
        at: SocketAddr,
        output: LineSink,
    ) -> Result<Self> {
        let account = Account::unprivileged()?;
        if account.is_some()
            && let Some(closed) = dir.parent().and_then(closed_to_others)
        {
            bail!(
                "Postgres does not run as root, and {} lets nobody else through: choose a folder \
                 that others can enter, or start this as somebody else",
                closed.display()
            );
        }
        let data = dir.join("data");
        // If it does not end, the new one says in its own words why it cannot start.
        let _ = timeout(ENDED_WITHIN, ended(&data)).await;
        forget_stranger(&data)?;
        let password = password(dir, account)?;
        if !data.exists() {
            initdb(programs, dir, account, Arc::clone(&output)).await?;
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
            .stop_signal(Signal::SIGINT)
            .log_lines(output);
        let process = Process::start(spec).await?;
        Ok(Self {
            at,
            password,
            process,
        })
    }

    /// The URL of a database of this server, with the superuser's password.
    pub fn url(&self, database: &str) -> String {
        url(self.at, &self.password, database)
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

    pub fn at(&self) -> SocketAddr {
        self.at
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
        self.ready().await
    }

    pub async fn stop(&self) -> Result<()> {
        self.process.terminate(GRACE).await
    }

    /// Waits for the first connection, or fails when the server has ended.
    pub async fn ready(&self) -> Result<()> {
        let answers = async {
            // Each attempt that is too early is a line in the server's log.
            let mut pause = Duration::from_millis(20);
            while self.connect().await.is_err() {
                sleep(pause).await;
                pause = (pause * 2).min(Duration::from_millis(500));
            }
            Ok(())
        };
        alive_until(&self.process, answers).await
    }

    async fn connect(&self) -> Result<PgConnection> {
        let options = options(self.at, &self.password, "postgres");
        Ok(options.connect().await?)
    }
}

/// The URL of a database of the server of this machine's loopback that runs on the data in `dir`
/// now, whoever started it; `None` if none does.
pub async fn address(dir: &Path, database: &str) -> Option<String> {
    let password = fs::read_to_string(password_file(dir)).ok()?;
    let port: u16 = said(&dir.join("data"), PORT_LINE)?;
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let options = options(at, &password, "postgres");
    let connection = options.connect().await.ok()?;
    connection.close().await.ok()?;
    Some(url(at, &password, database))
}

/// Waits for the end of a server that runs on the data: its parent was killed, and it is told so.
async fn ended(data: &Path) {
    while named(data).is_some_and(|program| program == SERVER) {
        sleep(Duration::from_millis(20)).await;
    }
}

/// A server that was killed leaves its pid, which after a while, or in another container, is some
/// other program's. Postgres sees that it lives, and would never start again.
fn forget_stranger(data: &Path) -> Result<()> {
    if named(data).is_some_and(|program| program != SERVER) {
        let file = pid_file(data);
        fs::remove_file(&file).with_context(|| format!("removing {}", file.display()))?;
    }
    Ok(())
}

/// The program that has the pid of the server on these data, if it lives.
fn named(data: &Path) -> Option<String> {
    let pid: u32 = said(data, PID_LINE)?;
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(name.trim().to_owned())
}

/// What the server on these data says of itself.
fn said<T: FromStr>(data: &Path, line: usize) -> Option<T> {
    let lines = fs::read_to_string(pid_file(data)).ok()?;
    lines.lines().nth(line)?.trim().parse().ok()
}

fn pid_file(data: &Path) -> PathBuf {
    data.join("postmaster.pid")
}

fn url(at: SocketAddr, password: &str, database: &str) -> String {
    format!("postgres://{SUPERUSER}:{password}@{at}/{database}")
}

fn options(at: SocketAddr, password: &str, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .host(&at.ip().to_string())
        .port(at.port())
        .username(SUPERUSER)
        .password(password)
        .database(database)
}

/// Initialises a temporary folder and renames it, so that an interrupted run leaves no
/// half-made cluster.
async fn initdb(
    programs: &Path,
    dir: &Path,
    account: Option<Account>,
    output: LineSink,
) -> Result<()> {
    let partial = dir.join("data.partial");
    if partial.exists() {
        fs::remove_dir_all(&partial)?;
    }
    Spec::new("initdb", programs.join("initdb"))
        .arg("-D")
        .arg(partial.display())
        .arg(format!("--username={SUPERUSER}"))
        .arg(format!("--pwfile={}", password_file(dir).display()))
        .args(["--auth=scram-sha-256", "--encoding=UTF8"])
        .args(["--locale-provider=builtin", "--builtin-locale=C.UTF-8"])
        .args(["--locale=C"])
        .account(account)
        .dir(dir)
        .run(output)
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
    // Whole and in the right hands, or not there.
    let partial = file.with_extension("partial");
    fs::write(&partial, &password)?;
    fs::set_permissions(&partial, Permissions::from_mode(0o600))?;
    if let Some(account) = account {
        account.own(dir)?;
        account.own(&partial)?;
    }
    fs::rename(partial, file)?;
    Ok(password)
}

fn password_file(dir: &Path) -> PathBuf {
    dir.join("password")
}
