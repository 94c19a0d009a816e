//! The official clients of what the agent speaks: MCP in Python and TypeScript and its conformance
//! suite, and the types of ChatKit. And FastMCP, the server that it is measured against.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use children::Spec;

use super::{once, required};
use crate::progress::Progress;
use crate::workspace;

/// Every package with its hashes: `uv pip compile --generate-hashes --python-version 3.11` of
/// `mcp` and `openai-chatkit`.
const PYTHON: &str = include_str!("python-clients.txt");

/// The same of `fastmcp`.
const FASTMCP: &str = include_str!("python-fastmcp.txt");

const NODE: [(&str, &str); 2] = [
    ("package.json", include_str!("node-clients/package.json")),
    (
        "package-lock.json",
        include_str!("node-clients/package-lock.json"),
    ),
];

/// A Python that finds some packages.
#[derive(Clone, Debug)]
pub struct Python {
    interpreter: PathBuf,
    packages: PathBuf,
}

/// Both interpreters, and where they find the clients.
#[derive(Clone, Debug)]
pub struct Clients {
    python: Python,
    node: PathBuf,
    node_packages: PathBuf,
}

/// A Python that can import `fastmcp`.
pub async fn fastmcp(progress: &Progress) -> Result<Python> {
    packages("FastMCP", &folder(&FASTMCP), FASTMCP, progress).await
}

/// Installs what the lock files name, once for each version of them.
pub async fn clients(progress: &Progress) -> Result<Clients> {
    let (node, npm) = (
        required("node", "the official MCP client runs on Node.js")?,
        required("npm", "it comes with Node.js")?,
    );
    let folder = folder(&(PYTHON, NODE));
    let python = packages("Python clients", &folder, PYTHON, progress).await?;
    let node_packages = once(
        "installing Node clients",
        folder.join("node"),
        progress,
        async |partial, step| {
            fs::create_dir_all(partial)?;
            for (name, text) in NODE {
                fs::write(partial.join(name), text)?;
            }
            step.waits_for("npm ci");
            Spec::new("npm ci", &npm)
                .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
                .env("NPM_CONFIG_UPDATE_NOTIFIER", "false")
                .dir(partial)
                .run(step.output())
                .await
        },
    )
    .await?;
    Ok(Clients {
        python,
        node,
        node_packages,
    })
}

/// One for each version of the lock files.
fn folder(locks: &impl Hash) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    locks.hash(&mut hasher);
    let version = format!("{:016x}", hasher.finish());
    workspace::cache().join("clients").join(version)
}

/// Installs what a requirements file names.
async fn packages(
    what: &str,
    folder: &Path,
    requirements: &str,
    progress: &Progress,
) -> Result<Python> {
    let interpreter = required("python3", "it runs on Python")?;
    let packages = once(
        &format!("installing {what}"),
        folder.join("python"),
        progress,
        async |partial, step| {
            fs::create_dir_all(partial)?;
            let file = partial.join("requirements.txt");
            fs::write(&file, requirements)?;
            step.waits_for("the Python package index");
            Spec::new("pip install", &interpreter)
                .args(["-m", "pip", "install", "--quiet", "--no-deps"])
                .args(["--only-binary=:all:", "--require-hashes"])
                .args(["--disable-pip-version-check", "--root-user-action=ignore"])
                .arg(format!("--requirement={}", file.display()))
                .arg(format!("--target={}", partial.display()))
                .run(step.output())
                .await
                .context("pip comes with Python, or as the package python3-pip")
        },
    )
    .await?;
    Ok(Python {
        interpreter,
        packages,
    })
}

impl Python {
    /// A program that can import the packages.
    pub fn program(&self, file: &Path) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(&self.interpreter);
        command.arg(file).env("PYTHONPATH", &self.packages);
        command
    }
}

impl Clients {
    /// A Python program that can import the clients.
    pub fn python(&self, program: &Path) -> tokio::process::Command {
        self.python.program(program)
    }

    /// A Node program that finds the clients in the folder that `CLIENTS` names.
    pub fn node(&self, program: &Path) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(&self.node);
        command.arg(program).env("CLIENTS", &self.node_packages);
        command
    }
}
