//! Wake-ups from the cron binding.

use std::sync::Arc;

use tokio::sync::Notify;

/// An input binding that wakes somebody up.
///
/// It can be no more than that: the binding fires on every replica, daprd
/// ignores what the app answers, and a tick that was missed is gone. Ticks that
/// come while the one they wake is still busy count as one.
pub struct Tick {
    pub(crate) binding: &'static str,
    pub(crate) wake: Arc<Notify>,
}

impl Tick {
    /// `binding` is the component's name.
    pub fn new(binding: &'static str, wake: Arc<Notify>) -> Self {
        Self { binding, wake }
    }
}
