//! Where a client stands in its user's stream, and what it gets next.
//!
//! No input or output: frames arrive, in any order, some twice, some never,
//! and pages of the log are read when the position asks for them. Whatever
//! comes, a client gets every `seq` once and in order, or is told that it
//! does not.

use std::{collections::VecDeque, sync::Arc};

use crate::frame::{Frame, Outgoing};

#[cfg(test)]
mod tests;

/// A client's position, and what it knows to lie ahead.
#[derive(Debug)]
pub struct Position {
    at: u64,
    arrived: VecDeque<Arc<Frame>>,
    goal: Option<Goal>,
    ready: Option<Outgoing>,
}

/// What the log has to be asked for.
#[derive(Clone, Copy, Debug)]
enum Goal {
    /// Its head, where a client without a cursor joins.
    Join,
    Read(Reading),
}

#[derive(Clone, Copy, Debug)]
struct Reading {
    /// `None` for the head that the first page tells.
    until: Option<u64>,
    /// Whether the client came with a cursor; otherwise a hole is filled.
    resuming: bool,
    /// Whether every event was there so far.
    whole: bool,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Hand these to the client. Never empty.
    Send(Vec<Outgoing>),
    /// Ask for the log's head and answer with [`Position::joined`].
    Head,
    /// Read the log after this `seq` and answer with [`Position::read`].
    Read { after: u64 },
    /// Everything known is sent.
    Wait,
}

/// A part of the log, oldest first.
#[derive(Debug, Default)]
pub struct Page {
    pub frames: Vec<Arc<Frame>>,
    /// The newest `seq` of the log at the time of the read.
    pub head: u64,
}

/// What came since the last look. See [`Mailbox`](crate::mailbox::Mailbox).
#[derive(Debug, Default)]
pub struct Arrived {
    pub frames: VecDeque<Arc<Frame>>,
    /// The log is known to reach this far; 0 when nothing is known.
    pub head: u64,
    /// The log was found to end here, before the client's position.
    pub rewound: Option<u64>,
}

impl Position {
    /// A client that has seen everything up to `since`, or wants only what comes from now on.
    pub fn new(since: Option<u64>) -> Self {
        let resume = Goal::Read(Reading {
            until: None,
            resuming: true,
            whole: true,
        });
        Self {
            at: since.unwrap_or(0),
            arrived: VecDeque::new(),
            goal: Some(since.map_or(Goal::Join, |_| resume)),
            ready: None,
        }
    }

    /// The last `seq` the client got.
    pub fn seq(&self) -> u64 {
        self.at
    }

    /// Whether the log is being read for events the broadcast left out.
    pub fn is_filling(&self) -> bool {
        matches!(self.goal, Some(Goal::Read(reading)) if !reading.resuming)
    }

    /// Takes what the broadcast and the sweep brought, in any order.
    pub fn arrived(&mut self, arrived: Arrived) {
        self.arrived.extend(arrived.frames);
        if let Some(end) = arrived.rewound {
            self.arrived.clear();
            self.goal = None;
            self.stand(end, false);
        }
        if self.goal.is_none() && arrived.head > self.at && dedupe() {
            self.fill(arrived.head);
        }
    }

    /// What to do next; to be called until it says [`Step::Wait`].
    pub fn step(&mut self) -> Step {
        let mut batch: Vec<_> = self.ready.take().into_iter().collect();
        if self.goal.is_none() {
            self.take_arrived(&mut batch);
        }
        match self.goal {
            _ if !batch.is_empty() => Step::Send(batch),
            Some(Goal::Join) => Step::Head,
            Some(_) => Step::Read { after: self.at },
            None => Step::Wait,
        }
    }

    /// Takes the log's head.
    pub fn joined(&mut self, head: u64) {
        if let Some(Goal::Join) = self.goal {
            self.goal = None;
            self.stand(head, true);
        }
    }

    /// Takes a page of the log that starts after [`Position::seq`].
    pub fn read(&mut self, page: Page) -> Vec<Outgoing> {
        let Some(Goal::Read(mut reading)) = self.goal else {
            return Vec::new();
        };
        self.goal = None;
        if reading.resuming && page.head < self.at {
            // A cursor from a future that never was.
            self.stand(page.head, false);
            return Vec::new();
        }
        let until = *reading.until.get_or_insert(page.head);
        let before = self.at;
        let mut batch = Vec::with_capacity(page.frames.len());
        for frame in page.frames {
            if frame.seq > self.at {
                reading.whole &= frame.seq == self.at + 1;
                self.at = frame.seq;
                batch.push(Outgoing::Event(frame));
            }
        }
        if self.at < until && self.at > before {
            self.goal = Some(Goal::Read(reading));
            return batch;
        }
        // Below `until`, the log ends although there must have been more.
        reading.whole &= self.at >= until;
        if reading.resuming || !reading.whole {
            self.stand(self.at.max(until), reading.whole);
        }
        batch
    }

    fn take_arrived(&mut self, batch: &mut Vec<Outgoing>) {
        while let Some(frame) = self.arrived.pop_front() {
            if frame.seq > self.at + 1 && dedupe() {
                self.fill(frame.seq - 1);
                self.arrived.push_front(frame);
                return;
            }
            if frame.seq > self.at || !dedupe() {
                self.at = self.at.max(frame.seq);
                batch.push(Outgoing::Event(frame));
            }
        }
    }

    fn fill(&mut self, until: u64) {
        self.goal = Some(Goal::Read(Reading {
            until: Some(until),
            resuming: false,
            whole: true,
        }));
    }

    fn stand(&mut self, cursor: u64, recovered: bool) {
        self.at = cursor;
        self.ready = Some(Outgoing::Ready { cursor, recovered });
    }
}

/// False only in a test of the tests.
fn dedupe() -> bool {
    !telemetry::faults::enabled("no-dedupe")
}
