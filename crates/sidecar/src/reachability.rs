//! Whether the backend answers those who call it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use metrics::counter;
use telemetry::{
    health::{Health, Status},
    metrics::FAILURES_TOTAL,
};
use tonic::Code;

/// What the last call to the backend showed. Clones share it.
#[derive(Clone)]
pub struct Reachability {
    reachable: Arc<AtomicBool>,
    health: Health,
}

impl Reachability {
    /// Reports changes on `health`.
    pub fn new(health: Health) -> Self {
        Self {
            reachable: Arc::new(AtomicBool::new(true)),
            health,
        }
    }

    /// The backend has answered.
    pub fn note_reachable(&self) {
        if !self.reachable.swap(true, Ordering::Relaxed) {
            self.health.set("backend", Status::Up);
            tracing::info!("The backend answers again");
        }
    }

    /// It has not. Counted each time, and told once: not with every call.
    pub fn note_unreachable(&self, code: Code) {
        counter!(FAILURES_TOTAL, "cause" => "backend_unreachable").increment(1);
        if self.reachable.swap(false, Ordering::Relaxed) {
            let condition = Status::Degraded(format!("backend: {code:?}"));
            self.health.set("backend", condition);
            self.health.error(format!("backend: {code:?}"));
            tracing::warn!(?code, "The backend cannot be reached");
        }
    }
}
