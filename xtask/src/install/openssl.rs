//! OpenSSL, which librdkafka does TLS with. It comes with the system, its headers do not.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use tokio::process::Command;

use super::required;

/// What finds the headers, if there are any.
pub(super) async fn prerequisite() -> Result<PathBuf> {
    let program = required(
        "pkg-config",
        "it finds OpenSSL, which the standalone speaks to Kafka with",
    )?;
    let asked = Command::new(&program)
        .args(["--exists", "openssl"])
        .status()
        .await?;
    ensure!(
        asked.success(),
        "OpenSSL's headers are missing: the standalone speaks to Kafka with it. Install them \
         (Debian: `libssl-dev`) and run this again."
    );
    Ok(program)
}
