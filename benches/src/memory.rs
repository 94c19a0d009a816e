//! How much memory the product's processes had at most, against what the chart allows their
//! containers.

use std::collections::BTreeMap;
use std::fs;

use anyhow::Result;
use xtask::deploy;
use xtask::stack::App;

use crate::report::{Finding, Limit, figure};
use crate::stage::Stage;

/// How the sidecars of all services are called, behind the service's name and as a container.
const SIDECAR: &str = "daprd";

/// The most that each process had in any benchmark.
#[derive(Default)]
pub struct Peaks(BTreeMap<String, Peak>);

struct Peak {
    bytes: f64,
    bench: &'static str,
}

impl Peaks {
    /// Looks at what still runs after a benchmark.
    pub fn note(&mut self, bench: &'static str, stage: &Stage) {
        for process in stage.apps().iter().flat_map(App::processes) {
            let running = process.is_running().then(|| process.pid());
            let Some(bytes) = running.and_then(peak_bytes) else {
                continue;
            };
            let known = self.0.entry(process.name().to_owned());
            let peak = known.or_insert(Peak { bytes, bench });
            if bytes > peak.bytes {
                *peak = Peak { bytes, bench };
            }
        }
    }

    /// How close it came to what a container may have; nothing if no process has one.
    pub fn finding(&self) -> Result<Option<Finding>> {
        let limits = deploy::memory_limits()?;
        let (mut closest, mut each) = (0.0_f64, Vec::new());
        for (name, Peak { bytes, bench }) in &self.0 {
            let container = match name.as_str() {
                name if name.ends_with(SIDECAR) => SIDECAR,
                name => name,
            };
            let Some(limit) = limits.get(container).copied().map(f64::from) else {
                continue;
            };
            let mebibytes = bytes / f64::from(1 << 20);
            closest = closest.max(100.0 * mebibytes / limit);
            let (had, may) = (figure(mebibytes), figure(limit));
            each.push(format!("{name} {had} of {may} (`{bench}`)"));
        }
        if each.is_empty() {
            return Ok(None);
        }
        Ok(Some(Finding {
            bench: "memory",
            what: "of its limit, the container that comes closest to it",
            unit: "%",
            rounds: vec![closest],
            limit: Limit::AtMost(100.0),
            detail: format!(
                "The peak of the resident set over all benchmarks that ran, by the kernel's count, \
                 and what the chart allows, in MiB: {}. A process that was killed in a benchmark \
                 counts from its next start.",
                each.join(", ")
            ),
            cores: None,
        }))
    }
}

/// `VmHWM` only grows; there is none when the process ends.
pub fn peak_bytes(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024.0)
}
