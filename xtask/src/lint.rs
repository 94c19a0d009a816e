//! `cargo xtask fmt` and `cargo xtask lint`.

use anyhow::Result;

use crate::cargo::cargo_for_tests;
use crate::install;
use crate::process::Spec;
use crate::progress::Progress;

/// Formats the code, or only says what it would change.
pub async fn fmt(check: bool, progress: &Progress) -> Result<()> {
    let mut fmt = Spec::new("cargo fmt", env!("CARGO")).args(["fmt", "--all"]);
    if check {
        fmt = fmt.args(["--", "--check"]);
    }
    fmt.run_aloud(progress).await
}

/// Clippy with every warning an error.
pub async fn lint(progress: &Progress) -> Result<()> {
    clippy().run_aloud(progress).await
}

/// What we depend on instead: its terms and origins, and whether anything is known against it.
/// The lists of vulnerabilities are fetched, so this is no part of the tests.
pub async fn audit(progress: &Progress) -> Result<()> {
    let deny = install::cargo_deny(progress).await?;
    let node = install::node(progress).await?;
    let deny = Spec::new("cargo deny", deny).arg("check");
    deny.run_aloud(progress).await?;
    node.audit().run_aloud(progress).await
}

pub(crate) fn clippy() -> Spec {
    cargo_for_tests("clippy").args(["--all-targets", "--", "--deny", "warnings"])
}
