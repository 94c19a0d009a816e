//! What a process costs, from `/proc`.

use std::fs;

use anyhow::{Context, Result};

/// Ticks per second of the times in `/proc/PID/stat`; the same on every Linux we run on.
const USER_HZ: f64 = 100.0;

/// A reading of one process's resources.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// Resident memory in bytes.
    pub rss_bytes: u64,
    /// User and system CPU time since its start, in seconds.
    pub cpu_seconds: f64,
}

impl Usage {
    pub fn of(pid: u32) -> Result<Self> {
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        Ok(Self {
            rss_bytes: rss_bytes(&status).context("no VmRSS: the process is gone")?,
            cpu_seconds: cpu_seconds(&stat).context("no CPU times")?,
        })
    }
}

fn rss_bytes(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

/// The program name stands in brackets and may hold spaces, so fields count from its end.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let fields = stat.rsplit_once(')')?.1;
    let mut times = fields.split_whitespace().skip(11);
    let user: f64 = times.next()?.parse().ok()?;
    let system: f64 = times.next()?.parse().ok()?;
    Some((user + system) / USER_HZ)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_this_very_process() {
        let usage = Usage::of(std::process::id()).unwrap();
        assert!(usage.rss_bytes > 100_000);
        assert!(usage.cpu_seconds >= 0.0);
    }

    #[test]
    fn a_name_with_brackets_and_spaces_moves_no_field() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194304 1 0 0 0 250 50 0 0 20 0 1 0 9 0 0";
        assert_eq!(cpu_seconds(stat), Some(3.0));
    }
}
