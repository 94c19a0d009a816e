//! What waits for one connection: bounded, and next to nothing while empty.

use std::{
    collections::VecDeque,
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use events::TokenId;
use tokio::sync::{Notify, SetOnce};

use crate::{close::Close, frame::Frame, measured::SLOW_CLIENTS_TOTAL, position::Arrived};

/// Filled by the hub and the sweep, emptied by one connection.
pub struct Mailbox {
    capacity: usize,
    token: Option<TokenId>,
    waiting: Mutex<Arrived>,
    filled: Notify,
    closing: SetOnce<Close>,
    position: AtomicU64,
}

impl Mailbox {
    /// `capacity` is in events; `token` is the API token that opened the connection.
    pub fn new(capacity: usize, token: Option<TokenId>) -> Self {
        Self {
            capacity,
            token,
            waiting: Mutex::default(),
            filled: Notify::new(),
            closing: SetOnce::new(),
            position: AtomicU64::new(0),
        }
    }

    /// The API token that opened the connection; none in a session.
    pub const fn token(&self) -> Option<TokenId> {
        self.token
    }

    /// Adds an event. A connection that is full is closed: it may resume
    /// later, but must not hold memory or others now.
    pub fn push(&self, frame: &Arc<Frame>) {
        if self.closing.initialized() {
            return;
        }
        let full = {
            let mut waiting = self.waiting();
            let full = waiting.frames.len() >= self.capacity;
            if !full {
                waiting.frames.push_back(Arc::clone(frame));
            }
            full
        };
        if full {
            metrics::counter!(SLOW_CLIENTS_TOTAL).increment(1);
            self.close(Close::Slow);
        } else {
            self.filled.notify_one();
        }
    }

    /// Tells that the log reaches `head`.
    pub fn reaches(&self, head: u64) {
        let mut waiting = self.waiting();
        waiting.head = waiting.head.max(head);
        drop(waiting);
        self.filled.notify_one();
    }

    /// Tells that the log ends at `head`, before the position.
    pub fn rewound(&self, head: u64) {
        self.waiting().rewound = Some(head);
        self.filled.notify_one();
    }

    /// Ends the connection; the first reason counts.
    pub fn close(&self, why: Close) {
        if self.closing.set(why).is_ok() {
            self.waiting().frames = VecDeque::new();
        }
    }

    /// Waits until the connection has to end.
    pub async fn closed(&self) -> Close {
        *self.closing.wait().await
    }

    /// Waits until there is something, and takes all of it.
    pub async fn take(&self) -> Arrived {
        loop {
            let arrived = mem::take(&mut *self.waiting());
            if !arrived.frames.is_empty() || arrived.head > 0 || arrived.rewound.is_some() {
                return arrived;
            }
            self.filled.notified().await;
        }
    }

    /// The last `seq` the client got; 0 until known.
    pub fn position(&self) -> u64 {
        self.position.load(Ordering::Relaxed)
    }

    pub fn set_position(&self, seq: u64) {
        self.position.store(seq, Ordering::Relaxed);
    }

    // A panic elsewhere while holding the lock left a complete value behind.
    fn waiting(&self) -> MutexGuard<'_, Arrived> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
