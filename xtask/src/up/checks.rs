//! What is found out before anything is started or touched.

use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::{Args, Database, KAFKA, KAFKA_CONTROLLER, POSTGRES, STANDALONE};
use crate::progress::Progress;
use crate::{frontend, ports, template};

/// Names every port that is taken, and by whom.
pub(super) fn ports_are_free(args: &Args, apps: &[template::App]) -> Result<()> {
    let mut wanted = if args.standalone {
        vec![(STANDALONE, "taskflow".to_owned())]
    } else {
        vec![
            (KAFKA, "kafka".to_owned()),
            (KAFKA_CONTROLLER, "kafka's controller".to_owned()),
        ]
    };
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

/// Whether somebody else's database answers. The services would only wait for it.
pub(super) async fn reach(url: &str, progress: &Progress) -> Result<Database> {
    let options: PgConnectOptions = url
        .parse()
        .context("DATABASE_URL is not the URL of a PostgreSQL database")?;
    let name = options.get_database().unwrap_or(options.get_username());
    let (host, port) = (options.get_host(), options.get_port());
    let shown = format!("{name} on {host}:{port}, which DATABASE_URL names");
    let step = progress.step("postgres");
    step.waits_for(&shown);
    let connection = options.connect().await.with_context(|| shown.clone())?;
    connection.close().await?;
    step.done(&shown);
    Ok(Database {
        url: url.to_owned(),
        shown,
    })
}

/// Two that start at the same time would both find every port free.
pub(super) fn alone_with(data: &Path) -> Result<File> {
    fs::create_dir_all(data).with_context(|| format!("creating {}", data.display()))?;
    let file = data.join("up.lock");
    let lock = File::create(&file).with_context(|| format!("creating {}", file.display()))?;
    ensure!(
        lock.try_lock().is_ok(),
        "another `cargo xtask up` is starting or stopping with what is in {}",
        data.display()
    );
    Ok(lock)
}
