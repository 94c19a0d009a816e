//! The front end: built, started, and checked. It has no sidecar.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail, ensure};
use children::Process;

use crate::app::status;
use crate::install::{self, Node};
use crate::logs::Logs;
use crate::ports::Ports;
use crate::progress::Progress;
use crate::secrets::Secrets;
use crate::workspace;

/// Where people look for it.
pub const PORT: u16 = 3000;

/// What `next build` makes, and what is run.
const SERVER: &str = ".next/standalone/server.js";
/// As in its image, whose `Dockerfile` says why.
const AS_IN_ITS_IMAGE: [(&str, &str); 2] = [
    (
        "NODE_OPTIONS",
        "--max-old-space-size=88 --max-semi-space-size=2 --v8-pool-size=1",
    ),
    ("KEEP_ALIVE_TIMEOUT", "75000"),
];

const READY_WITHIN: Duration = Duration::from_secs(30);

/// How long it may take to stop before it is killed.
const GRACE: Duration = Duration::from_secs(3);

/// Where it listens, and where it finds the services.
#[derive(Clone, Debug)]
pub struct Settings {
    pub port: u16,
    /// `http://127.0.0.1:8000`, from here.
    pub backend: String,
    /// `http://127.0.0.1:8004`, from here.
    pub agent: String,
    /// `ws://localhost:8001`, from browsers.
    pub realtime: String,
    /// More environment.
    pub env: Vec<(String, String)>,
}

/// A running front end. Dropping it kills it.
pub struct Frontend {
    process: Process,
    port: u16,
}

/// Builds what runs, unless nothing has changed since the last time.
pub async fn build(progress: &Progress) -> Result<Node> {
    let node = install::node(progress).await?;
    let folder = workspace::frontend();
    let built = modified(&folder.join(SERVER));
    if built.is_none() || newest(&folder)? > built {
        let step = progress.step("front end");
        step.waits_for("next build, about a minute");
        node.script("build").run(step.output()).await?;
        step.done("built");
    }
    Ok(node)
}

/// Everything that must hold of it without a browser.
pub async fn check(progress: &Progress) -> Result<()> {
    let node = install::node(progress).await?;
    let run = |script| node.script(script).log_lines(progress.output()).finish();
    // None of them keeps two cores busy.
    tokio::try_join!(run("generate:check"), run("lint"), run("test"), async {
        run("types").await?;
        build(progress).await
    })?;
    refuses_to_start(&node).await
}

/// What cannot work says why, without what is secret, and ends.
async fn refuses_to_start(node: &Node) -> Result<()> {
    let ports = Ports::claim()?;
    let server = node
        .program("frontend", SERVER)
        .env("HOSTNAME", "127.0.0.1")
        .env("PORT", ports.next()?.to_string())
        .env("DATABASE_URL", "mysql://root:hunter2@localhost/tasks")
        .env("BETTER_AUTH_SECRET", "hunter2");
    let process = Process::start(server).await?;
    let ended = tokio::time::timeout(READY_WITHIN, process.exited()).await;
    let status = ended.context("a front end without a secret goes on")??;
    let said = process.tail().join("\n");
    ensure!(!status.success(), "a front end without a secret ends well");
    for variable in ["DATABASE_URL", "BETTER_AUTH_SECRET"] {
        ensure!(said.contains(variable), "{variable} is not named: {said}");
    }
    ensure!(!said.contains("hunter2"), "what is secret is said: {said}");
    Ok(())
}

/// Accounts and sessions on a real Postgres, which `env` names.
pub async fn check_accounts(env: &[(&'static str, String)], progress: &Progress) -> Result<()> {
    let mut tests = install::node(progress).await?.script("test:database");
    for (key, value) in env {
        tests = tests.env(*key, value);
    }
    tests.log_lines(progress.output()).finish().await
}

impl Frontend {
    /// Starts what [`build`] has built, and waits until it answers.
    pub async fn start(
        node: &Node,
        settings: &Settings,
        secrets: &Secrets,
        logs: &Logs,
        progress: &Progress,
    ) -> Result<Self> {
        let frontend = Self::spawn(node, settings, secrets, logs).await?;
        frontend.ready(progress).await?;
        Ok(frontend)
    }

    /// The same without waiting, for who must be able to stop it meanwhile.
    pub(crate) async fn spawn(
        node: &Node,
        settings: &Settings,
        secrets: &Secrets,
        logs: &Logs,
    ) -> Result<Self> {
        let port = settings.port;
        let mut spec = node
            .program("frontend", SERVER)
            .env("HOSTNAME", "127.0.0.1")
            .env("PORT", port.to_string())
            .env("APP_URL", url(port))
            .env("BACKEND_URL", &settings.backend)
            .env("AGENT_URL", &settings.agent)
            .env("REALTIME_URL", &settings.realtime)
            .env("DATABASE_URL", secrets.get("DATABASE_URL")?)
            .env("BETTER_AUTH_SECRET", secrets.get("BETTER_AUTH_SECRET")?);
        for (name, value) in AS_IN_ITS_IMAGE {
            spec = spec.env(name, value);
        }
        for (key, value) in &settings.env {
            spec = spec.env(key, value);
        }
        let process = Process::start(logs.attach(spec)).await?;
        Ok(Self { process, port })
    }

    pub(crate) async fn ready(&self, progress: &Progress) -> Result<()> {
        let step = progress.step("frontend");
        let addr = format!("127.0.0.1:{}", self.port);
        let answers = async {
            while status(&addr, "/api/health").await != Some(200) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Ok(())
        };
        let answers = children::alive_until(&self.process, answers);
        match tokio::time::timeout(READY_WITHIN, answers).await {
            Ok(result) => result?,
            Err(_) => bail!(
                "the front end was not ready within {READY_WITHIN:?}:\n{}",
                self.process.tail().join("\n")
            ),
        }
        step.done(&self.url());
        Ok(())
    }

    /// Where browsers find it.
    pub fn url(&self) -> String {
        url(self.port)
    }

    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Stops it, and starts what is built now.
    pub(crate) async fn restart(&self) -> Result<()> {
        self.process.restart().await?;
        self.ready(&Progress::hidden()).await
    }

    /// The same with another value of a variable, until it is restarted as usual.
    pub(crate) async fn restart_with(&self, key: &str, value: &str) -> Result<()> {
        self.process.restart_with(key, value).await?;
        self.ready(&Progress::hidden()).await
    }

    pub async fn stop(&self) -> Result<()> {
        self.process.terminate(GRACE).await
    }
}

/// Where browsers find what listens on a port of this machine. By name: cookies and origins are
/// of a name, and 127.0.0.1 is another one.
pub(crate) fn url(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// When the youngest of the sources was changed.
fn newest(folder: &Path) -> Result<Option<SystemTime>> {
    const NOT_SOURCES: [&str; 3] = ["node_modules", ".next", "next-env.d.ts"];
    let mut newest = None;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if NOT_SOURCES
            .iter()
            .any(|name| entry.file_name().to_str() == Some(name))
        {
            continue;
        }
        let changed = if entry.file_type()?.is_dir() {
            self::newest(&entry.path())?
        } else {
            modified(&entry.path())
        };
        newest = newest.max(changed);
    }
    Ok(newest)
}

fn modified(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|meta| meta.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_image_has_the_same_environment() {
        let image = include_str!("../../frontend/Dockerfile");
        for (name, value) in AS_IN_ITS_IMAGE {
            let line = format!("ENV {name}=\"{value}\"");
            assert!(image.lines().any(|its| its == line), "{line} is not in it");
        }
    }
}
