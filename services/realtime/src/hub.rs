//! Who is connected, and who gets which event.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Instant,
};

use events::{Event, Notice, UserId};
use telemetry::{faults, metrics::SOCKETS_OPEN};

use crate::{admission::Admitted, close::Close, frame::Frame, mailbox::Mailbox, recent::Recent};

/// The connections of this replica by user. Clones share them.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    per_user: usize,
    queue: usize,
    connected: RwLock<Connected>,
    recent: Mutex<Recent>,
}

#[derive(Default)]
struct Connected {
    users: HashMap<UserId, Vec<Arc<Mailbox>>>,
    stopping: bool,
}

/// A connection's place in the hub, left when dropped.
pub struct Seat {
    hub: Hub,
    user: UserId,
    kind: &'static str,
    mailbox: Arc<Mailbox>,
}

impl Hub {
    /// `per_user` connections of one user, each with a queue of `queue` events.
    pub fn new(per_user: usize, queue: usize) -> Self {
        Self(Arc::new(Inner {
            per_user,
            queue,
            connected: RwLock::default(),
            recent: Mutex::new(Recent::new(Instant::now())),
        }))
    }

    /// Adds a connection, `ws` or `sse`. Events queue up from now on.
    pub fn join(&self, admitted: &Admitted, kind: &'static str) -> Result<Seat, Close> {
        let user = admitted.actor.user_id;
        let mailbox = Arc::new(Mailbox::new(self.0.queue, admitted.actor.token));
        let mut connected = self.write();
        if connected.stopping {
            return Err(Close::ShuttingDown);
        }
        let mailboxes = connected.users.entry(user).or_default();
        if mailboxes.len() >= self.0.per_user {
            return Err(Close::TooMany);
        }
        mailboxes.push(Arc::clone(&mailbox));
        if admitted.log.is_some() {
            // What was published since that was read, and has passed by.
            mailbox.reaches(self.recent().head(user, Instant::now()));
        }
        metrics::gauge!(SOCKETS_OPEN, "kind" => kind).increment(1.0);
        Ok(Seat {
            hub: self.clone(),
            user,
            kind,
            mailbox,
        })
    }

    /// Hands an event to all connections of its user. Never waits.
    pub fn publish(&self, event: &Event) -> Result<(), serde_json::Error> {
        // First: who joins now gets it in the one way or in the other.
        self.recent().note(event.user_id, event.seq, Instant::now());
        let connected = self.read();
        if faults::enabled("missing-user-filter") {
            let everyone = connected.users.values().flatten();
            return push(everyone, event);
        }
        match connected.users.get(&event.user_id) {
            Some(theirs) => push(theirs.iter(), event),
            None => Ok(()),
        }
    }

    /// Ends all connections of a user.
    pub fn close_user(&self, user: UserId, why: Close) {
        for mailbox in self.read().users.get(&user).into_iter().flatten() {
            mailbox.close(why);
        }
    }

    /// Ends all connections and takes no more.
    pub fn stop(&self) {
        let mut connected = self.write();
        connected.stopping = true;
        for mailbox in connected.users.values().flatten() {
            mailbox.close(Close::ShuttingDown);
        }
    }

    /// Everybody who is connected now.
    pub fn connected(&self) -> Vec<(UserId, Vec<Arc<Mailbox>>)> {
        let connected = self.read();
        let entries = connected.users.iter();
        entries
            .map(|(user, theirs)| (*user, theirs.clone()))
            .collect()
    }

    // A panic elsewhere while holding the lock left a complete value behind.
    fn read(&self) -> RwLockReadGuard<'_, Connected> {
        let connected = self.0.connected.read();
        connected.unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Connected> {
        let connected = self.0.connected.write();
        connected.unwrap_or_else(PoisonError::into_inner)
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.0.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn push<'a>(
    mailboxes: impl Iterator<Item = &'a Arc<Mailbox>>,
    event: &Event,
) -> Result<(), serde_json::Error> {
    let frame = Arc::new(Frame::of(Notice::of(event))?);
    for mailbox in mailboxes {
        mailbox.push(&frame);
    }
    Ok(())
}

impl Seat {
    /// Where the connection's events wait.
    pub fn mailbox(&self) -> Arc<Mailbox> {
        Arc::clone(&self.mailbox)
    }

    /// Waits until the connection has to end.
    pub async fn closed(&self) -> Close {
        self.mailbox.closed().await
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        metrics::gauge!(SOCKETS_OPEN, "kind" => self.kind).decrement(1.0);
        let mut connected = self.hub.write();
        let Some(mailboxes) = connected.users.get_mut(&self.user) else {
            return;
        };
        mailboxes.retain(|mailbox| !Arc::ptr_eq(mailbox, &self.mailbox));
        if mailboxes.is_empty() {
            connected.users.remove(&self.user);
        }
    }
}
