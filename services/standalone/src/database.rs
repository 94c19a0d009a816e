//! Postgres: somebody else's, or our own.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    future::pending,
    io::{self, Write},
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail};
use embedded::Postgres;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{sleep, timeout};

use crate::config::Config;

/// The product's database in our own server.
const NAME: &str = "taskflow";

/// Holds its address, for the front end.
const ADDRESS: &str = "database-url";

/// How long a process that serves waits for the one before it: longer than that takes to end.
const HANDOVER: Duration = Duration::from_secs(40);

/// How often it looks whether that has ended.
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub(crate) struct Database {
    pub(crate) url: SecretString,
    own: Option<Own>,
}

/// A server that ends with this process, and what keeps others from starting one on its data.
struct Own {
    postgres: Postgres,
    _lock: File,
}

impl Database {
    /// Who `serves` outlives any other process, and so never uses the Postgres of one.
    pub(crate) async fn open(config: &Config, serves: bool) -> anyhow::Result<Self> {
        if let Some(url) = configured(config) {
            let (url, own) = (url.clone(), None);
            return Ok(Self { url, own });
        }
        let (data, lock) = folder(&config.data_dir).with_context(|| {
            let data = config.data_dir.display();
            format!(
                "{data} cannot be written to: choose another DATA_DIR, or name a server in \
                 DATABASE_URL"
            )
        })?;
        if serves {
            wait_for(&lock, &data).await?;
        } else if !takes(&lock)? {
            // A command beside the process that serves.
            let url = running(&data).await.with_context(|| {
                let data = data.display();
                format!("another process holds {data}, and its Postgres does not answer yet")
            })?;
            return Ok(Self { url, own: None });
        }
        let postgres = Box::pin(start(&data)).await?;
        let url = postgres.url(NAME);
        write_secret(&data.join(ADDRESS), &url)?;
        Ok(Self {
            url: url.into(),
            own: Some(Own {
                postgres,
                _lock: lock,
            }),
        })
    }

    /// Waits for the end of a server of our own, which would leave this process without one.
    pub(crate) async fn ended(&self) -> anyhow::Result<()> {
        let Some(own) = &self.own else {
            return pending().await;
        };
        let status = own.postgres.process().exited().await?;
        bail!("our own Postgres ended ({status}); the next start recovers its data")
    }

    pub(crate) async fn close(self) -> anyhow::Result<()> {
        match self.own {
            Some(own) => own.postgres.stop().await,
            None => Ok(()),
        }
    }
}

/// An empty variable is how compose files and manifests say "none".
pub(crate) fn configured(config: &Config) -> Option<&SecretString> {
    let url = config.database_url.as_ref();
    url.filter(|url| !url.expose_secret().is_empty())
}

/// The database in the server that runs on these data, if one does.
pub(crate) async fn running(data: &Path) -> Option<SecretString> {
    let url = embedded::address(&data.join("postgres"), NAME).await;
    url.map(SecretString::from)
}

/// Where our own Postgres lives, and what keeps others out.
fn folder(data: &Path) -> io::Result<(PathBuf, File)> {
    fs::create_dir_all(data)?;
    // Children have their own idea of where they are.
    let data = data.canonicalize()?;
    let lock = File::create(data.join("lock"))?;
    Ok((data, lock))
}

/// Waits for the lock; `File::lock` would hold up the thread, and a shutdown with it.
async fn wait_for(lock: &File, data: &Path) -> anyhow::Result<()> {
    if takes(lock)? {
        return Ok(());
    }
    let data = data.display();
    tracing::info!("waiting for the process that holds {data}");
    let taken = async {
        while !takes(lock)? {
            sleep(LOOK_EVERY).await;
        }
        Ok::<_, io::Error>(())
    };
    let taken = timeout(HANDOVER, taken).await.with_context(|| {
        format!("another process holds {data}: end it, or give this one another DATA_DIR")
    })?;
    Ok(taken?)
}

/// Whether the lock is ours from now on.
fn takes(lock: &File) -> io::Result<bool> {
    match lock.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

async fn start(data: &Path) -> anyhow::Result<Postgres> {
    let programs = programs(data).await?.join("bin");
    let at = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let output = Arc::new(|line: &str| tracing::debug!(target: "postgres", "{line}"));
    let postgres = Postgres::spawn(&programs, &data.join("postgres"), at, output).await?;
    postgres
        .ready()
        .await
        .context("our own Postgres does not start")?;
    postgres.create_database(NAME).await?;
    tracing::info!(%at, data = %data.display(), "our own Postgres runs");
    Ok(postgres)
}

/// Whole or not at all.
async fn programs(data: &Path) -> anyhow::Result<PathBuf> {
    let folder = data.join(format!("postgresql-{}", embedded::VERSION));
    if !folder.exists() {
        tracing::info!("fetching PostgreSQL {}, once", embedded::VERSION);
        let partial = folder.with_extension("partial");
        if partial.exists() {
            fs::remove_dir_all(&partial)?;
        }
        embedded::download(&partial).await.context(
            "PostgreSQL could not be fetched; name a server of yours in DATABASE_URL instead",
        )?;
        fs::rename(&partial, &folder)?;
    }
    Ok(folder)
}

fn write_secret(file: &Path, text: &str) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    let options = options.create(true).truncate(true).write(true).mode(0o600);
    let mut opened = options
        .open(file)
        .with_context(|| format!("writing {}", file.display()))?;
    Ok(opened.write_all(text.as_bytes())?)
}
