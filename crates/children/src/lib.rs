//! Child processes: started, watched, logged, and never left behind.

mod spec;
mod usage;

use std::collections::VecDeque;
use std::io;
use std::process::ExitStatus;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::runtime::Runtime;
use tokio::sync::watch;

pub use spec::{Account, LineSink, Spec, closed_to_others, into_file, program};
pub use usage::Usage;

/// How much of a process's output is kept to explain its death.
const TAIL_LINES: usize = 40;

/// A running (or ended) child. Dropping it kills it with SIGKILL.
///
/// On Linux a child also gets its stop signal from the kernel when this process dies,
/// however that happens.
pub struct Process {
    spec: Spec,
    run: Mutex<Run>,
}

#[derive(Clone)]
struct Run {
    pid: u32,
    exit: watch::Receiver<Option<ExitStatus>>,
    tail: Arc<Mutex<VecDeque<String>>>,
}

impl Process {
    /// Starts the child in a process group of its own, so that a Ctrl-C in the terminal
    /// reaches only us and the order of stopping stays ours.
    pub async fn start(spec: Spec) -> Result<Self> {
        let run = Mutex::new(Run::start(&spec).await?);
        Ok(Self { spec, run })
    }

    pub fn name(&self) -> &str {
        self.spec.name()
    }

    pub fn pid(&self) -> u32 {
        self.run().pid
    }

    pub fn is_running(&self) -> bool {
        self.run().exit.borrow().is_none()
    }

    /// Waits until the present run of the child is over.
    pub async fn exited(&self) -> Result<ExitStatus> {
        self.run().exited().await
    }

    /// The last lines that the child wrote, oldest first.
    pub fn tail(&self) -> Vec<String> {
        let run = self.run();
        let tail = run.tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.iter().cloned().collect()
    }

    /// Memory and CPU time of the child itself, not of its own children.
    pub fn usage(&self) -> Result<Usage> {
        Usage::of(self.pid()).with_context(|| format!("reading the usage of {}", self.name()))
    }

    /// Asks the child to stop, and kills it if it has not within `grace`.
    pub async fn terminate(&self, grace: Duration) -> Result<()> {
        let run = self.run();
        run.signal(self.spec.stop_signal);
        if tokio::time::timeout(grace, run.exited()).await.is_err() {
            self.kill9().await?;
        }
        Ok(())
    }

    /// `kill -9`, and waits until it has worked.
    pub async fn kill9(&self) -> Result<()> {
        let run = self.run();
        run.signal(Signal::SIGKILL);
        run.exited().await?;
        Ok(())
    }

    /// Stops it in the middle of whatever it does, as a machine that sleeps would.
    pub fn freeze(&self) {
        self.run().signal(Signal::SIGSTOP);
    }

    /// Lets it go on as if nothing had been.
    pub fn thaw(&self) {
        self.run().signal(Signal::SIGCONT);
    }

    /// Starts the same command again; what still runs is stopped first.
    pub async fn restart(&self) -> Result<()> {
        self.start_again(&self.spec).await
    }

    /// The same with another value of a variable, for this run.
    pub async fn restart_with(&self, key: &str, value: &str) -> Result<()> {
        self.start_again(&self.spec.clone().env(key, value)).await
    }

    async fn start_again(&self, spec: &Spec) -> Result<()> {
        self.terminate(Duration::from_secs(10)).await?;
        let run = Run::start(spec).await?;
        *self.run.lock().unwrap_or_else(PoisonError::into_inner) = run;
        Ok(())
    }

    fn run(&self) -> Run {
        let run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        run.clone()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let run = self.run();
        if run.exit.borrow().is_none()
            && let Ok(group) = i32::try_from(run.pid)
        {
            // The group, because a build tool has children of its own.
            let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
    }
}

/// Waits for `condition`, or fails as soon as the process has died, with its last lines.
pub async fn alive_until<T>(
    process: &Process,
    condition: impl Future<Output = Result<T>>,
) -> Result<T> {
    tokio::select! {
        result = condition => result,
        status = process.exited() => bail!(
            "{} ended ({}):\n{}",
            process.name(),
            status?,
            process.tail().join("\n")
        ),
    }
}

impl Run {
    async fn start(spec: &Spec) -> Result<Self> {
        let mut command = spec.command()?;
        let sink = spec.sink()?;
        let name = spec.name().to_owned();
        let started = async move {
            let mut child = command.spawn()?;
            let pid = child.id().ok_or_else(|| io::Error::other("it is gone"))?;
            let tail = Arc::new(Mutex::new(VecDeque::with_capacity(TAIL_LINES)));
            let readers = [
                child.stdout.take().map(|out| copy(out, &sink, &tail)),
                child.stderr.take().map(|err| copy(err, &sink, &tail)),
            ];
            let (exit_tx, exit) = watch::channel(None);
            tokio::spawn(async move {
                let status = child.wait().await;
                // The last words may still be in the pipe. A grandchild that inherited it
                // could hold it open for ever.
                for reader in readers.into_iter().flatten() {
                    let _ = tokio::time::timeout(Duration::from_millis(200), reader).await;
                }
                exit_tx.send_replace(status.ok());
            });
            Ok::<_, io::Error>(Self { pid, exit, tail })
        };
        let runtime = RUNTIME
            .as_ref()
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        let run = runtime.spawn(started).await?;
        run.with_context(|| format!("starting {name}"))
    }

    async fn exited(&self) -> Result<ExitStatus> {
        let mut exit = self.exit.clone();
        let status = exit.wait_for(Option::is_some).await?;
        status.context("a process's status could not be read")
    }

    fn signal(&self, signal: Signal) {
        // After its exit was collected the pid may already belong to somebody else.
        if self.exit.borrow().is_none()
            && let Ok(pid) = i32::try_from(self.pid)
        {
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }
}

/// The kernel sends the parent-death signal when the *thread* that forked ends, and tests
/// run on threads that come and go. So children are started on a runtime that never ends.
static RUNTIME: LazyLock<io::Result<Runtime>> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("children")
        .enable_all()
        .build()
});

fn copy(
    from: impl AsyncRead + Unpin + Send + 'static,
    sink: &LineSink,
    tail: &Arc<Mutex<VecDeque<String>>>,
) -> tokio::task::JoinHandle<()> {
    let (sink, tail) = (Arc::clone(sink), Arc::clone(tail));
    tokio::spawn(async move {
        let mut lines = BufReader::new(from).split(b'\n');
        while let Ok(Some(line)) = lines.next_segment().await {
            let line = String::from_utf8_lossy(&line).into_owned();
            sink(&line);
            let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
            if tail.len() == TAIL_LINES {
                tail.pop_front();
            }
            tail.push_back(line);
        }
    })
}
