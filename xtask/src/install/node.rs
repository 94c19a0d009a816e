//! The front end's packages, exactly those of its lockfile.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use children::Spec;

use super::{required, required_since};
use crate::progress::Progress;
use crate::workspace;

const WHAT: &str = "the front end runs on Node.js 20.9 or newer";

/// Where Node.js and its packages are.
#[derive(Clone, Debug)]
pub struct Node {
    node: PathBuf,
    npm: PathBuf,
}

/// Installs what the lockfile names, unless that was done already.
pub async fn node(progress: &Progress) -> Result<Node> {
    let node = Node {
        node: program().await?,
        npm: npm()?,
    };
    let folder = workspace::frontend();
    let lockfile = folder.join("package-lock.json");
    let wanted = fs::read(&lockfile).with_context(|| format!("{}", lockfile.display()))?;
    // Written after everything else, so that an interrupted installation has none.
    let stamp = folder.join("node_modules/.installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(node);
    }
    let step = progress.step("node_modules");
    step.waits_for("npm ci");
    node.npm("npm ci", ["ci", "--no-audit", "--no-fund"])
        .run(step.output())
        .await?;
    fs::write(&stamp, wanted).with_context(|| format!("{}", stamp.display()))?;
    step.done("installed");
    Ok(node)
}

/// What a machine must have.
pub(super) async fn prerequisites() -> Vec<Result<PathBuf>> {
    vec![program().await, npm()]
}

async fn program() -> Result<PathBuf> {
    required_since((20, 9), "node", "--version", WHAT).await
}

fn npm() -> Result<PathBuf> {
    required("npm", "it comes with Node.js")
}

impl Node {
    /// A script of `package.json`.
    pub fn script(&self, name: &str) -> Spec {
        self.npm(format!("npm run {name}"), ["run", "--silent", name])
    }

    /// Looks for packages of the running app with known vulnerabilities.
    pub fn audit(&self) -> Spec {
        self.npm("npm audit", ["audit", "--omit=dev", "--audit-level=high"])
    }

    /// A program of ours.
    pub fn program(&self, name: &str, file: &str) -> Spec {
        Spec::new(name, &self.node)
            .arg(file)
            .env("NEXT_TELEMETRY_DISABLED", "1")
            .dir(&workspace::frontend())
    }

    fn npm<const N: usize>(&self, name: impl Into<String>, args: [&str; N]) -> Spec {
        Spec::new(name, &self.npm)
            .args(args)
            .env("NEXT_TELEMETRY_DISABLED", "1")
            .env("NPM_CONFIG_UPDATE_NOTIFIER", "false")
            .dir(&workspace::frontend())
    }
}
