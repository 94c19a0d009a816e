//! Whether an app is ready: its sidecar answers, and has found it.

use std::{convert::Infallible, time::Duration};

use telemetry::health::{Health, Status};
use tokio::{
    select,
    sync::watch,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::Sidecar;

/// How often the sidecar is asked whether it is there, and how long it may take.
const PROBE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(2));

/// Looks after the sidecar for as long as the app runs.
pub struct Readiness {
    pub(crate) health: Health,
    pub(crate) sessions: watch::Receiver<u64>,
    /// What is missing until the sidecar has found the app.
    pub(crate) missing: &'static str,
}

impl Readiness {
    /// Reports on the app's health, which is ready while the sidecar answers and has found the
    /// app. Never ends.
    pub async fn report(mut self, sidecar: &Sidecar) -> Infallible {
        let (every, patience) = PROBE;
        loop {
            let never = CancellationToken::new();
            let answers = timeout(patience, sidecar.wait(&never)).await.is_ok();
            let found = *self.sessions.borrow_and_update() > 0;
            self.health.set(
                "sidecar",
                match (answers, found) {
                    (true, true) => Status::Up,
                    (true, false) => Status::Down(self.missing.to_owned()),
                    (false, _) => Status::Down("does not answer".to_owned()),
                },
            );
            self.health.ready(answers && found);
            select! {
                () = sleep(every) => {}
                Ok(()) = self.sessions.changed() => {}
            }
        }
    }
}
