//! `cargo xtask fmt` and `cargo xtask lint`.

use anyhow::Result;
use children::Spec;

use crate::cargo::cargo_for_tests;
use crate::install;
use crate::progress::Progress;
use crate::workspace;

/// Formats the code, or only says what it would change.
pub async fn fmt(check: bool, progress: &Progress) -> Result<()> {
    let mut fmt = Spec::new("cargo fmt", env!("CARGO"))
        .args(["fmt", "--all"])
        .dir(&workspace::root());
    if check {
        fmt = fmt.args(["--", "--check"]);
    }
    fmt.log_lines(progress.output()).finish().await
}

/// Clippy with every warning an error.
pub async fn lint(progress: &Progress) -> Result<()> {
    clippy().log_lines(progress.output()).finish().await
}

/// What we depend on instead: its terms and origins, and whether anything is known against it.
/// The lists of vulnerabilities are fetched, so this is no part of the tests.
pub async fn audit(progress: &Progress) -> Result<()> {
    let deny = install::cargo_deny(progress).await?;
    let node = install::node(progress).await?;
    let deny = Spec::new("cargo deny", deny)
        .arg("check")
        .dir(&workspace::root());
    deny.log_lines(progress.output()).finish().await?;
    node.audit().log_lines(progress.output()).finish().await
}

pub(crate) fn clippy() -> Spec {
    cargo_for_tests("clippy").args(["--all-targets", "--", "--deny", "warnings"])
}
