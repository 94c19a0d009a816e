//! `cargo xtask fmt` and `cargo xtask lint`.

use anyhow::Result;

use crate::cargo::cargo_for_tests;
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

pub(crate) fn clippy() -> Spec {
    cargo_for_tests("clippy").args(["--all-targets", "--", "--deny", "warnings"])
}
