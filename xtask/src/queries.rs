//! `.sqlx`: what Postgres says about every query in the code, so that a build needs none.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::infra::postgres;
use crate::logs::Logs;
use crate::ports::Ports;
use crate::progress::Progress;
use crate::{cargo, lint, workspace};

/// The folder below the root of the repository.
pub(crate) const FOLDER: &str = ".sqlx";

/// Whoever has queries, and the migrations that they stand on.
const CRATES: [&str; 2] = ["services/backend", "crates/direct"];

/// Compiles them against a database of its own with the migrations applied, and
/// returns the metadata that sqlx's macros leave behind. With `strict` every warning in
/// the workspace is an error.
pub(crate) async fn record(
    strict: bool,
    progress: &Progress,
) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let scratch = workspace::scratch("queries")?;
    let ports = Ports::claim()?;
    let logs = Logs::files(&scratch);
    let folder = scratch.join("postgres");
    let at = ports.next_on_loopback()?;
    let postgres = postgres::start(&folder, at, &logs, progress).await?;
    postgres.create_database("queries").await?;
    let url = postgres.url("queries");
    migrate(&url).await?;
    let recorded = scratch.join("recorded");
    fs::create_dir(&recorded)?;
    let check = if strict {
        lint::clippy()
    } else {
        cargo::cargo("check").args([
            "--package=taskflow-backend",
            "--package=taskflow-direct",
            "--all-targets",
            // Planted faults have queries too.
            "--features=taskflow-backend/planted-faults",
        ])
    };
    let touched = CRATES
        .map(|folder| Touched::touch(&workspace::root().join(folder).join("src/lib.rs")))
        .into_iter()
        .collect::<Result<Vec<_>>>()?;
    let outcome = check
        .env("SQLX_OFFLINE", "false")
        .env("DATABASE_URL", url)
        .env("SQLX_OFFLINE_DIR", recorded.display().to_string())
        .log_lines(progress.output())
        .finish()
        .await;
    drop(touched);
    postgres.stop().await?;
    let files = outcome.and_then(|()| read(&recorded));
    fs::remove_dir_all(&scratch)?;
    files
}

/// The files in their order, not the service's migrator: that is compiled with the queries.
async fn migrate(url: &str) -> Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    for folder in CRATES {
        let folder = workspace::root().join(folder).join("migrations");
        let mut files: Vec<PathBuf> = fs::read_dir(folder)?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_>>()?;
        files.sort();
        for file in files {
            let sql = fs::read_to_string(&file)?;
            sqlx::raw_sql(AssertSqlSafe(sql))
                .execute(&mut connection)
                .await
                .with_context(|| format!("applying {}", file.display()))?;
        }
    }
    connection.close().await?;
    Ok(())
}

fn read(recorded: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(recorded)? {
        let entry = entry?;
        let path = Path::new(FOLDER).join(entry.file_name());
        files.insert(path, fs::read(entry.path())?);
    }
    Ok(files)
}

/// A source file that looks newer than it is, so that cargo compiles its crate although
/// nothing changed but the database. Its time comes back on drop: other builds stay fresh.
struct Touched {
    file: File,
    before: std::time::SystemTime,
}

impl Touched {
    fn touch(path: &Path) -> Result<Self> {
        let file = File::options()
            .append(true)
            .open(path)
            .with_context(|| format!("{}", path.display()))?;
        let before = file.metadata()?.modified()?;
        file.set_modified(now())?;
        Ok(Self { file, before })
    }
}

impl Drop for Touched {
    fn drop(&mut self) {
        let _ = self.file.set_modified(self.before);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a file's time is the system's time"
)]
fn now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}
