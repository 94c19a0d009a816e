//! The Dockerfiles, as far as they can be judged without building.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

pub(super) fn check(root: &Path) -> Result<()> {
    for file in ["services/Dockerfile", "frontend/Dockerfile"] {
        let text = fs::read_to_string(root.join(file)).with_context(|| file.to_owned())?;
        ends_small_and_unprivileged(&text).with_context(|| file.to_owned())?;
        if let Some(version) = argument(&text, "RUST_VERSION") {
            let toolchain = fs::read_to_string(root.join("rust-toolchain.toml"))?;
            ensure!(
                toolchain.contains(&format!("\"{version}")),
                "{file} builds with Rust {version}, rust-toolchain.toml does not"
            );
        }
    }
    let ignored = fs::read_to_string(root.join(".dockerignore"))?;
    ensure!(
        ignored.lines().any(|line| line == "*"),
        ".dockerignore must name what an image is built from, not what it is not"
    );
    // Next.js would take them along.
    ensure!(
        ignored.lines().any(|line| line == "**/.env*"),
        ".dockerignore must leave out .env files, wherever they lie"
    );
    Ok(())
}

/// The last stage has no shell, no root, and nothing but what is copied into it.
fn ends_small_and_unprivileged(text: &str) -> Result<()> {
    let (_, stage) = text.rsplit_once("\nFROM ").context("has one stage only")?;
    let base = stage.lines().next().unwrap_or_default();
    ensure!(
        base.starts_with("gcr.io/distroless/") && base.ends_with(":nonroot"),
        "ends with {base}, which has a shell or runs as root"
    );
    ensure!(stage.contains("\nUSER 65532:65532\n"), "has no USER 65532");
    ensure!(!stage.contains("\nRUN "), "its last stage runs something");
    ensure!(
        stage.contains("org.opencontainers.image.revision"),
        "does not say what it was built from"
    );
    Ok(())
}

fn argument<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let line = format!("ARG {name}=");
    text.lines().find_map(|it| it.strip_prefix(line.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_stage_with_a_shell_is_noticed() {
        let good = "FROM rust AS build\nFROM gcr.io/distroless/cc-debian12:nonroot\n\
                    LABEL org.opencontainers.image.revision=1\nUSER 65532:65532\n";
        assert!(ends_small_and_unprivileged(good).is_ok());
        let bad = good.replace("gcr.io/distroless/cc-debian12:nonroot", "debian:12");
        assert!(ends_small_and_unprivileged(&bad).is_err());
        let bad = good.replace("USER 65532:65532\n", "");
        assert!(ends_small_and_unprivileged(&bad).is_err());
    }
}
