//! What to start, and how.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;
use nix::unistd::{Gid, Uid, User};
use tokio::process::Command;

use super::Process;
use crate::progress::{Progress, Step};
use crate::workspace;

/// Receives every line that a child writes.
pub type LineSink = Arc<dyn Fn(&str) + Send + Sync>;

/// A command that can be started, and started again.
#[derive(Clone)]
pub struct Spec {
    name: String,
    pub(super) stop_signal: Signal,
    program: PathBuf,
    args: Vec<String>,
    env: Vec<(String, String)>,
    dir: PathBuf,
    account: Option<Account>,
    log: Log,
}

#[derive(Clone)]
enum Log {
    Nowhere,
    File(PathBuf),
    Lines(LineSink),
}

/// The unprivileged user that servers run as when root starts them.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    uid: Uid,
    gid: Gid,
}

impl Account {
    /// `nobody` if we are root, else none: we are unprivileged already.
    pub fn unprivileged() -> Result<Option<Self>> {
        if !Uid::effective().is_root() {
            return Ok(None);
        }
        let nobody = User::from_name("nobody")?.context("there is no user `nobody`")?;
        Ok(Some(Self {
            uid: nobody.uid,
            gid: nobody.gid,
        }))
    }

    pub fn own(self, path: &Path) -> Result<()> {
        chown(path, Some(self.uid.as_raw()), Some(self.gid.as_raw()))
            .with_context(|| format!("giving {} to `nobody`", path.display()))
    }
}

impl Spec {
    pub fn new(name: impl Into<String>, program: impl Into<PathBuf>) -> Self {
        Self {
            name: name.into(),
            stop_signal: Signal::SIGTERM,
            program: program.into(),
            args: Vec::new(),
            env: Vec::new(),
            dir: workspace::root(),
            account: None,
            log: Log::Nowhere,
        }
    }

    #[must_use]
    pub fn arg(self, arg: impl ToString) -> Self {
        self.args([arg])
    }

    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl ToString>) -> Self {
        self.args
            .extend(args.into_iter().map(|arg| arg.to_string()));
        self
    }

    #[must_use]
    pub fn env(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((key.into(), value.into()));
        self
    }

    #[must_use]
    pub fn envs<'a>(mut self, env: impl IntoIterator<Item = (&'a String, &'a String)>) -> Self {
        let env = env.into_iter().map(|(k, v)| (k.clone(), v.clone()));
        self.env.extend(env);
        self
    }

    #[must_use]
    pub fn dir(mut self, dir: &Path) -> Self {
        self.dir = dir.to_path_buf();
        self
    }

    #[must_use]
    pub fn account(mut self, account: Option<Account>) -> Self {
        self.account = account;
        self
    }

    /// SIGTERM unless the program understands another signal better.
    #[must_use]
    pub fn stop_signal(mut self, signal: Signal) -> Self {
        self.stop_signal = signal;
        self
    }

    /// Appends the output to a file.
    #[must_use]
    pub fn log_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.log = Log::File(file.into());
        self
    }

    #[must_use]
    pub fn log_lines(mut self, sink: LineSink) -> Self {
        self.log = Log::Lines(sink);
        self
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs the command to its end behind a progress bar that shows its latest line, and
    /// fails with its last lines if it fails.
    pub(crate) async fn run(self, step: &Step) -> Result<()> {
        let process = Process::start(self.log_lines(step.output())).await?;
        if let Err(error) = succeeded(&process).await {
            bail!("{error}:\n{}", process.tail().join("\n"));
        }
        Ok(())
    }

    /// Runs the command to its end with all its output on the terminal.
    pub(crate) async fn run_aloud(self, progress: &Progress) -> Result<()> {
        let progress = progress.clone();
        let sink: LineSink = Arc::new(move |line| progress.line(line));
        self.log_lines(sink).finish().await
    }

    /// Runs the command to its end; somebody else shows its output.
    pub(crate) async fn finish(self) -> Result<()> {
        succeeded(&Process::start(self).await?).await
    }

    pub(super) fn command(&self) -> Result<Command> {
        let mut command = self.wrapped()?;
        // What cargo told us of the package `xtask` is not so for any child, and a build script
        // that watches it would run again, with all that depends on it.
        for (name, _) in std::env::vars_os() {
            let of_package = ["CARGO_PKG_", "CARGO_MANIFEST_"];
            if of_package
                .iter()
                .any(|of| name.as_encoded_bytes().starts_with(of.as_bytes()))
            {
                command.env_remove(name);
            }
        }
        command
            .args(&self.args)
            .envs(self.env.iter().map(|(k, v)| (k, v)))
            .current_dir(&self.dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        Ok(command)
    }

    /// The program behind `setpriv`, which asks the kernel to stop it when we die and drops
    /// root. Doing either in the child between fork and exec would need unsafe code.
    fn wrapped(&self) -> Result<Command> {
        let Some(setpriv) = workspace::program("setpriv") else {
            if self.account.is_some() {
                bail!("`setpriv` is missing (package util-linux): it starts Postgres for root");
            }
            return Ok(Command::new(&self.program));
        };
        let signal = self.stop_signal.as_str().trim_start_matches("SIG");
        let mut command = Command::new(setpriv);
        command.args(["--pdeathsig", signal]);
        if let Some(account) = self.account {
            command
                .arg(format!("--reuid={}", account.uid))
                .arg(format!("--regid={}", account.gid))
                .arg("--clear-groups");
        }
        command.arg("--").arg(&self.program);
        Ok(command)
    }

    pub(super) fn sink(&self) -> Result<LineSink> {
        Ok(match &self.log {
            Log::Nowhere => Arc::new(|_| {}),
            Log::Lines(sink) => Arc::clone(sink),
            Log::File(path) => {
                let file = Mutex::new(append(path)?);
                Arc::new(move |line| {
                    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                    // A full disk must not stop the reader, or the child blocks on its pipe.
                    let _ = writeln!(file, "{line}");
                })
            }
        })
    }
}

async fn succeeded(process: &Process) -> Result<()> {
    let status = process.exited().await?;
    if !status.success() {
        bail!("{} failed ({status})", process.name());
    }
    Ok(())
}

fn append(path: &Path) -> Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.with_context(|| format!("opening {}", path.display()))
}
