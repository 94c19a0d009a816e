//! Postgres, its schemas, and its clock against ours.

use std::time::{Duration, Instant};

use sqlx::{
    Connection, PgConnection,
    migrate::{Migrate, Migrator},
    postgres::PgConnectOptions,
};
use tokio::time::timeout;

use super::{Finding, machine};
use crate::{config::Config, database};

const PATIENCE: Duration = Duration::from_secs(5);

/// The oldest that has all we use.
const OLDEST: i32 = 15;

/// How the hosts of poolers are called by those who rent them out.
const POOLER: &str = "-pooler.";

/// With sidecars, they keep what is in the schema `bus` without.
pub(super) async fn look(config: &Config, has_sidecar: bool) -> Vec<(&'static str, Finding)> {
    let url = match database::configured(config) {
        Some(url) => Some(url.clone()),
        None => database::running(&config.data_dir).await,
    };
    let Some(url) = url else {
        let what = "DATABASE_URL is not set, and our own Postgres does not run";
        let todo = "nothing, if `taskflow` shall start it; else set DATABASE_URL";
        return vec![("database", Finding::doubtful(what, todo))];
    };
    let Ok(options) = backend::connect_options(&url) else {
        let what = "DATABASE_URL is not a Postgres URL";
        let todo = "write postgres://user:password@host:5432/database";
        return vec![("database", Finding::wrong(what, todo))];
    };
    match timeout(PATIENCE, PgConnection::connect_with(&options)).await {
        Ok(Ok(connection)) => look_into(connection, &options, has_sidecar).await,
        Ok(Err(error)) => vec![("database", refused(&error))],
        Err(_) => {
            let what = format!("does not answer within {PATIENCE:?}");
            vec![(
                "database",
                Finding::wrong(what, "check host, port and firewall of DATABASE_URL"),
            )]
        }
    }
}

fn refused(error: &sqlx::Error) -> Finding {
    match error {
        sqlx::Error::Database(said) => Finding::wrong(
            said.message().to_owned(),
            "check user, password and name of the database in DATABASE_URL",
        ),
        _ => Finding::wrong(
            format!("cannot be reached: {error}"),
            "check host, port and TLS of DATABASE_URL, and whether Postgres runs",
        ),
    }
}

async fn look_into(
    mut connection: PgConnection,
    options: &PgConnectOptions,
    has_sidecar: bool,
) -> Vec<(&'static str, Finding)> {
    let mut findings = vec![("database", server(&mut connection, options).await)];
    let mut schemas = vec![("schema", &backend::MIGRATOR)];
    if !has_sidecar {
        schemas.push(("bus", &direct::MIGRATOR));
    }
    for (name, migrator) in schemas {
        let found = schema(&mut connection, migrator).await;
        findings.push((name, found.unwrap_or_else(|error| refused(&error))));
    }
    findings.push(("clock", machine::clock(&mut connection).await));
    findings
}

async fn server(connection: &mut PgConnection, options: &PgConnectOptions) -> Finding {
    let asked = Instant::now();
    let version = sqlx::query_scalar::<_, String>("show server_version")
        .fetch_one(connection)
        .await;
    let version = match version {
        Ok(version) => version,
        Err(error) => return refused(&error),
    };
    let major = version.split(['.', ' ']).next().unwrap_or_default();
    if major.parse::<i32>().is_ok_and(|major| major < OLDEST) {
        return Finding::wrong(
            format!("PostgreSQL {version} is too old"),
            format!("use PostgreSQL {OLDEST} or newer"),
        );
    }
    if options.get_host().contains(POOLER) {
        return Finding::wrong(
            "DATABASE_URL leads through a pooler, where sessions and their locks do not last",
            "use the direct connection: the host without `-pooler`",
        );
    }
    let took = asked.elapsed();
    Finding::fine(format!("PostgreSQL {version} answers in {took:.1?}"))
}

/// What is applied against what this program knows.
async fn schema(connection: &mut PgConnection, migrator: &Migrator) -> sqlx::Result<Finding> {
    let table = &*migrator.table_name;
    let exists = sqlx::query_scalar::<_, bool>("select to_regclass($1) is not null")
        .bind(table)
        .fetch_one(&mut *connection)
        .await?;
    let applied = if exists {
        let listed = connection.list_applied_migrations(table).await;
        listed.map_err(|error| sqlx::Error::Migrate(Box::new(error)))?
    } else {
        Vec::new()
    };
    let known: Vec<_> = migrator.iter().collect();
    for done in &applied {
        let Some(ours) = known.iter().find(|ours| ours.version == done.version) else {
            return Ok(Finding::wrong(
                format!("migration {} is from a newer TaskFlow", done.version),
                "run the version that made it, or a newer one",
            ));
        };
        if ours.checksum != done.checksum {
            return Ok(Finding::wrong(
                format!("migration {} is not the one that was applied", done.version),
                "run the version that made this database; never edit a migration",
            ));
        }
    }
    let missing = known.len().saturating_sub(applied.len());
    Ok(if missing == 0 {
        Finding::fine(format!("up to date, {} migrations", known.len()))
    } else {
        Finding::doubtful(
            format!("{missing} of {} migrations are not applied", known.len()),
            "nothing: the next start applies them (`migrate` does it beforehand)",
        )
    })
}
