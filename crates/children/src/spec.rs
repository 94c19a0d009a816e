//! What to start, and how.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;
use nix::unistd::{Gid, Uid, User};
use tokio::process::Command;

use super::Process;

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
    dir: Option<PathBuf>,
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

/// The first folder at or above `path` that only its owner and their group can enter; none if
/// everybody gets to `path`.
pub fn closed_to_others(path: &Path) -> Option<&Path> {
    path.ancestors().find(|folder| {
        let meta = folder.metadata();
        meta.is_ok_and(|meta| meta.permissions().mode() & 0o001 == 0)
    })
}

impl Spec {
    pub fn new(name: impl Into<String>, program: impl Into<PathBuf>) -> Self {
        Self {
            name: name.into(),
            stop_signal: Signal::SIGTERM,
            program: program.into(),
            args: Vec::new(),
            env: Vec::new(),
            dir: None,
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

    /// Where it runs; without, where we do.
    #[must_use]
    pub fn dir(mut self, dir: &Path) -> Self {
        self.dir = Some(dir.to_path_buf());
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

    /// Runs the command to its end, and fails with its last lines if it fails.
    pub async fn run(self, output: LineSink) -> Result<()> {
        let process = Process::start(self.log_lines(output)).await?;
        if let Err(error) = succeeded(&process).await {
            bail!("{error}:\n{}", process.tail().join("\n"));
        }
        Ok(())
    }

    /// Runs the command to its end; somebody else shows its output.
    pub async fn finish(self) -> Result<()> {
        succeeded(&Process::start(self).await?).await
    }

    pub(super) fn command(&self) -> Result<Command> {
        let mut command = self.wrapped()?;
        // What cargo told us of our own package is not so for any child, and a build script that
        // watches it would run again, with all that depends on it.
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
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        if let Some(dir) = &self.dir {
            command.current_dir(dir);
        }
        Ok(command)
    }

    /// The program behind `setpriv`, which asks the kernel to stop it when we die and drops
    /// root. Doing either in the child between fork and exec would need unsafe code.
    fn wrapped(&self) -> Result<Command> {
        let Some(setpriv) = program("setpriv") else {
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
            Log::File(path) => into_file(path)?,
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

/// Appends lines to a file.
pub fn into_file(path: &Path) -> Result<LineSink> {
    let file = Mutex::new(append(path)?);
    Ok(Arc::new(move |line| {
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        // A full disk must not stop the reader, or the child blocks on its pipe.
        let _ = writeln!(file, "{line}");
    }))
}

/// The full path of a program on `PATH`.
pub fn program(name: &str) -> Option<PathBuf> {
    let path: OsString = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| {
            file.metadata()
                .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
        })
}
