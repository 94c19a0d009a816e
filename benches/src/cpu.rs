//! Who used the cores, from `/proc`.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::stats::number;

/// Ticks per second of all times in `/proc`; the same on every Linux we run on.
const USER_HZ: f64 = 100.0;

/// CPU seconds used until now.
pub struct Reading {
    at: Instant,
    of: BTreeMap<String, f64>,
    busy: f64,
    stolen: f64,
}

/// Cores used on average between two readings.
#[derive(Clone)]
pub struct Cores {
    pub of: BTreeMap<String, f64>,
    /// By all processes of the machine.
    pub busy: f64,
    /// Not given to this machine by the one that hosts it.
    pub stolen: f64,
}

impl Reading {
    /// Sums each named process and its children, ended or not, because Postgres is many.
    /// Children with a name of their own are left to it.
    pub fn take(processes: &[(String, u32)]) -> Result<Self> {
        let times = all_times()?;
        let is_named = |pid: u32| processes.iter().any(|(_, named)| *named == pid);
        let sum = |pid: u32| {
            let own = times
                .iter()
                .filter(|time| time.pid == pid || (time.parent == pid && !is_named(time.pid)));
            own.map(|time| time.seconds).sum::<f64>()
        };
        let (busy, stolen) = machine_times()?;
        Ok(Self {
            at: Instant::now(),
            of: processes
                .iter()
                .map(|(name, pid)| (name.clone(), sum(*pid)))
                .collect(),
            busy,
            stolen,
        })
    }

    pub fn until(&self, later: &Self) -> Cores {
        let seconds = later.at.duration_since(self.at).as_secs_f64();
        let cores = |from: f64, to: f64| (to - from).max(0.0) / seconds;
        let of = later.of.iter().map(|(name, to)| {
            let from = self.of.get(name).copied().unwrap_or_default();
            (name.clone(), cores(from, *to))
        });
        Cores {
            of: of.collect(),
            busy: cores(self.busy, later.busy),
            stolen: cores(self.stolen, later.stolen),
        }
    }
}

impl Cores {
    pub fn mean(all: &[Self]) -> Self {
        let mean = |of: &dyn Fn(&Self) -> f64| all.iter().map(of).sum::<f64>() / number(all.len());
        let names = all.iter().flat_map(|cores| cores.of.keys());
        let of = names.map(|name| {
            let used = mean(&|cores| cores.of.get(name).copied().unwrap_or_default());
            (name.clone(), used)
        });
        Self {
            of: of.collect(),
            busy: mean(&|cores| cores.busy),
            stolen: mean(&|cores| cores.stolen),
        }
    }

    pub fn used_by(&self, names: &[&str]) -> f64 {
        names.iter().filter_map(|name| self.of.get(*name)).sum()
    }
}

/// `postgres 0.81, backend 0.52, …: 1.94 of 2 cores`, the largest first.
impl fmt::Display for Cores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut of: Vec<_> = self.of.iter().filter(|(_, used)| **used >= 0.005).collect();
        of.sort_by(|a, b| b.1.total_cmp(a.1));
        for (name, used) in of {
            write!(f, "{name} {used:.2}, ")?;
        }
        let rest = self.busy - self.of.values().sum::<f64>();
        write!(
            f,
            "others {:.2}: {:.2} of {} cores",
            rest.max(0.0),
            self.busy,
            count()
        )?;
        if self.stolen >= 0.05 {
            write!(f, " and {:.2} withheld by the host", self.stolen)?;
        }
        Ok(())
    }
}

/// Cores of this machine.
pub fn count() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

struct Time {
    pid: u32,
    parent: u32,
    /// With those of its children that have ended.
    seconds: f64,
}

fn all_times() -> Result<Vec<Time>> {
    let entries = fs::read_dir("/proc").context("/proc cannot be read")?;
    let stats = entries.flatten().filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        // A process may end between the two looks.
        parse(pid, &fs::read_to_string(entry.path().join("stat")).ok()?)
    });
    Ok(stats.collect())
}

/// The program name stands in brackets and may hold spaces, so fields count from its end.
fn parse(pid: u32, stat: &str) -> Option<Time> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some(Time {
        pid,
        parent: fields.get(1)?.parse().ok()?,
        seconds: (ticks(11)? + ticks(12)? + ticks(13)? + ticks(14)?) / USER_HZ,
    })
}

/// Busy and stolen seconds of the whole machine.
fn machine_times() -> Result<(f64, f64)> {
    let stat = fs::read_to_string("/proc/stat")?;
    let line = stat.lines().next().unwrap_or_default();
    let ticks: Vec<f64> = line
        .split_whitespace()
        .skip(1)
        .flat_map(str::parse)
        .collect();
    let [
        user,
        nice,
        system,
        _idle,
        _iowait,
        irq,
        soft_irq,
        stolen,
        ..,
    ] = ticks[..]
    else {
        anyhow::bail!("/proc/stat has an unknown form");
    };
    let busy = user + nice + system + irq + soft_irq;
    Ok((busy / USER_HZ, stolen / USER_HZ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_moves_no_field() {
        let stat = "7 (a b) c) S 5 7 7 0 -1 4194304 1 0 0 0 200 50 40 10 20 0 1 0 9 0 0";
        let time = parse(7, stat).unwrap();
        assert_eq!((time.pid, time.parent), (7, 5));
        assert!((time.seconds - 3.0).abs() < 1e-9);
    }

    #[test]
    fn work_is_seen() {
        let me = [("me".to_owned(), std::process::id())];
        let before = Reading::take(&me).unwrap();
        let started = Instant::now();
        // How much of it is had by this one, on a busy machine nobody can say.
        loop {
            let cores = before.until(&Reading::take(&me).unwrap());
            if cores.used_by(&["me"]) > 0.0 && cores.busy > 0.0 {
                break;
            }
            assert!(started.elapsed().as_secs() < 60, "no work was seen");
        }
    }
}
