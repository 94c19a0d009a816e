//! `cargo xtask up`, as a person runs it: only the servers, because the services would be built
//! first, otherwise than tests build them.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::sync::watch;
use tokio::time::timeout;
use xtask::process::{Process, Spec};

/// What is left after an interrupt has this long to end.
const AT_ONCE: Duration = Duration::from_secs(10);

/// How long it may take until something is said, such as that the servers are there.
const PATIENCE: Duration = Duration::from_mins(2);

/// The command as it runs. The ports and the data are those of the repository.
struct Up {
    process: Process,
    said: watch::Receiver<String>,
}

impl Up {
    async fn start() -> Self {
        let (heard, said) = watch::channel(String::new());
        // The database of the other tests here would be used instead of its own.
        let spec = Spec::new("up", "/usr/bin/env")
            .args(["-u", "DATABASE_URL", env!("CARGO_BIN_EXE_xtask")])
            .args(["up", "--infra"])
            .stop_signal(Signal::SIGINT)
            .log_lines(Arc::new(move |line: &str| {
                heard.send_modify(|said| {
                    said.push_str(line);
                    said.push('\n');
                });
            }));
        let process = Process::start(spec).await.unwrap();
        Self { process, said }
    }

    /// One that has come up.
    async fn ready() -> Self {
        let up = Self::start().await;
        up.says("Ctrl-C stops everything.").await;
        up
    }

    async fn says(&self, text: &str) {
        let mut said = self.said.clone();
        let is_said = timeout(PATIENCE, said.wait_for(|said| said.contains(text))).await;
        let is_said = is_said.is_ok_and(|heard| heard.is_ok());
        assert!(is_said, "no `{text}` in:\n{}", *self.said.borrow());
    }

    /// Its children, and theirs.
    fn descendants(&self) -> Vec<u32> {
        let mut parents = HashMap::new();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let pid = entry.file_name().to_str().and_then(|pid| pid.parse().ok());
            if let Some(pid) = pid
                && let Some(parent) = parent(pid)
            {
                parents.insert(pid, parent);
            }
        }
        let mut found = vec![self.process.pid()];
        let mut next = 0;
        while let Some(parent) = found.get(next).copied() {
            let children = parents.iter().filter(|(_, theirs)| **theirs == parent);
            found.extend(children.map(|(pid, _)| *pid));
            next += 1;
        }
        found.split_off(1)
    }
}

/// Behind the name, which may hold anything: the state, and the parent.
fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, behind) = stat.rsplit_once(')')?;
    behind.split_whitespace().nth(1)?.parse().ok()
}

fn name(pid: u32) -> String {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    name.trim().to_owned()
}

fn are_gone(pids: &[u32]) {
    for pid in pids {
        let is_there = Path::new(&format!("/proc/{pid}")).exists();
        assert!(!is_there, "{} (pid {pid}) is left", name(*pid));
    }
}

#[tokio::test]
async fn what_it_starts_ends_with_it() {
    let up = Up::ready().await;
    let children = up.descendants();
    assert!(children.iter().any(|pid| name(*pid) == "java"));
    assert!(children.iter().any(|pid| name(*pid) == "postgres"));

    let second = Up::start().await;
    second.says("15432 (postgres) is taken by postgres").await;
    second.says("19092 (kafka) is taken by java").await;
    assert!(!second.process.exited().await.unwrap().success());

    up.process.terminate(AT_ONCE).await.unwrap();
    assert!(up.process.exited().await.unwrap().success());
    are_gone(&children);

    let up = Up::ready().await;
    let children = up.descendants();
    let kafka = children.iter().find(|pid| name(**pid) == "java").unwrap();
    let kafka = Pid::from_raw(i32::try_from(*kafka).unwrap());
    kill(kafka, Signal::SIGKILL).unwrap();
    up.says("kafka ended (signal: 9").await;
    assert!(!up.process.exited().await.unwrap().success());
    are_gone(&children);
}
