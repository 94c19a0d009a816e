//! Writes down the tool calls of programs, after they have their answer. Those that come within a
//! moment go together, whoever made them: the next call waits for the same processors.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use proto::v1::ToolCall;
use tokio::{
    sync::{
        OwnedSemaphorePermit, Semaphore,
        mpsc::{self, UnboundedReceiver, UnboundedSender},
    },
    time::{sleep, timeout},
};
use tokio_util::task::TaskTracker;

use crate::{
    backend::{Backend, BackendError},
    call::clipped,
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
pub const WAITING: usize = 128;

/// How long a call waits for others.
const MOMENT: Duration = Duration::from_millis(100);

/// Calls that the backend is told of at once, by its contract.
const AT_ONCE: usize = 100;

/// With so much of what was asked and answered they go. A sidecar carries 4 MiB, and the last call
/// may come on top.
const ENOUGH_BYTES: usize = 1 << 20;

/// Tool calls outside of conversations. What a call has written is in the log in any case; this
/// is what was asked, and what came of it.
pub struct Recorder {
    backend: Backend,
    tasks: TaskTracker,
    room: Arc<Semaphore>,
    /// None when nothing is to wait any more.
    gathering: Mutex<Option<UnboundedSender<Answered>>>,
}

/// A call that has been answered, and is not written down yet.
struct Answered {
    caller: Caller,
    call: ToolCall,
    /// None: whoever made it waits.
    room: Option<OwnedSemaphorePermit>,
}

impl Recorder {
    /// Within a runtime, where it gathers.
    pub fn new(backend: Backend) -> Self {
        let tasks = TaskTracker::new();
        let (gathering, coming) = mpsc::unbounded_channel();
        tasks.spawn(gather(backend.clone(), tasks.clone(), coming));
        Self {
            backend,
            tasks,
            room: Arc::new(Semaphore::new(WAITING)),
            gathering: Mutex::new(Some(gathering)),
        }
    }

    /// Keeps a call. Whoever made it does not wait for that, unless so many wait already that
    /// memory would not hold them all.
    pub async fn keep(&self, caller: Caller, mut call: ToolCall) {
        call.input = clipped(call.input);
        let answered = Answered {
            caller,
            call,
            room: Arc::clone(&self.room).try_acquire_owned().ok(),
        };
        if let Some(answered) = self.put_aside(answered) {
            write_down(self.backend.clone(), vec![answered]).await;
        }
    }

    /// Waits for what is being written down; nothing is to be kept any more.
    pub async fn finish(&self) {
        // Ends the gathering, with what there is.
        *self.gathering() = None;
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Gives the call back if it must not wait.
    fn put_aside(&self, answered: Answered) -> Option<Answered> {
        match &*self.gathering() {
            Some(gathering) if answered.room.is_some() => {
                let unsent = gathering.send(answered).err();
                unsent.map(|unsent| unsent.0)
            }
            _ => Some(answered),
        }
    }

    // A panic elsewhere while holding the lock left a complete value behind.
    fn gathering(&self) -> MutexGuard<'_, Option<UnboundedSender<Answered>>> {
        self.gathering
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answered {
    fn bytes(&self) -> usize {
        self.call.input.len() + self.call.result.len()
    }
}

/// Has written down together what comes within a moment, until nothing comes any more.
async fn gather(backend: Backend, tasks: TaskTracker, mut coming: UnboundedReceiver<Answered>) {
    while let Some(first) = coming.recv().await {
        let mut bytes = first.bytes();
        let mut together = vec![first];
        let others = async {
            while together.len() < AT_ONCE
                && bytes < ENOUGH_BYTES
                && let Some(next) = coming.recv().await
            {
                bytes += next.bytes();
                together.push(next);
            }
        };
        // Enough, or all that there was: either way they go.
        let _ = timeout(MOMENT, others).await;
        tasks.spawn(write_down(backend.clone(), together));
    }
}

/// Each on its own: what cannot be written down now is tried again, and the others are done.
async fn write_down(backend: Backend, mut calls: Vec<Answered>) {
    let mut pauses = PAUSES.into_iter();
    loop {
        let told: Vec<_> = calls.iter().map(|it| (&it.caller, &it.call)).collect();
        // They are kept once, however often they are told.
        let mut outcomes = backend.record_gathered(&told).await.into_iter();
        let pause = pauses.next();
        calls.retain(|_| match outcomes.next() {
            Some(Err(error)) if pause.is_some() && is_passing(&error) => true,
            Some(Err(error)) => {
                tracing::warn!(%error, "A tool call was not written down");
                false
            }
            _ => false,
        });
        match pause {
            Some(pause) if !calls.is_empty() => sleep(pause).await,
            _ => return,
        }
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
