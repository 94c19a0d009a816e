//! Writes down the tool calls of programs, after they have their answer.

use std::{sync::Arc, time::Duration};

use proto::v1::ToolCall;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::{
    backend::{Backend, BackendError},
    caller::Caller,
};

/// After how long it is tried again, while the backend cannot be reached or has too much to do.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
];

/// Calls that may wait to be written down when they have been answered.
pub const WAITING: usize = 64;

/// Tool calls outside of conversations. What a call has written is in the log in any case; this
/// is what was asked, and what came of it.
#[derive(Clone)]
pub struct Recorder {
    backend: Backend,
    tasks: TaskTracker,
    room: Arc<Semaphore>,
}

impl Recorder {
    pub fn new(backend: Backend) -> Self {
        Self {
            backend,
            tasks: TaskTracker::new(),
            room: Arc::new(Semaphore::new(WAITING)),
        }
    }

    /// Keeps a call. Whoever made it does not wait for that, unless so many wait already that
    /// memory would not hold them all.
    pub async fn keep(&self, caller: Caller, call: ToolCall) {
        let kept = write_down(self.backend.clone(), caller, call);
        match Arc::clone(&self.room).try_acquire_owned() {
            Ok(room) => {
                self.tasks.spawn(async move {
                    kept.await;
                    drop(room);
                });
            }
            Err(_) => kept.await,
        }
    }

    /// Waits for what is being written down; nothing may be kept any more.
    pub async fn finish(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

async fn write_down(backend: Backend, caller: Caller, call: ToolCall) {
    let mut pauses = PAUSES.into_iter();
    // It is kept once, however often it is told.
    while let Err(error) = backend
        .record_calls(&caller, vec![call.clone()], None)
        .await
    {
        let pause = pauses.next();
        let pause = pause.filter(|_| is_passing(&error));
        let Some(pause) = pause else {
            tracing::warn!(%error, "A tool call was not written down");
            return;
        };
        tokio::time::sleep(pause).await;
    }
}

/// A program that asks as often as it may leaves no room for what is written down of it, either.
fn is_passing(error: &BackendError) -> bool {
    match error {
        BackendError::Unreachable(_) => true,
        BackendError::Refused(problem) => problem.status == 429 || problem.status >= 500,
        _ => false,
    }
}
