//! Whatever the broadcast does, a client is complete or told that it is not.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*};

use super::*;

const PAGE: usize = 3;

fn frame(seq: u64) -> Arc<Frame> {
    Arc::new(Frame {
        seq,
        event_type: "task.updated".to_owned(),
        json: seq.to_string().into(),
    })
}

/// A log, a broadcast and a client, one step at a time.
struct World {
    log: BTreeSet<u64>,
    head: u64,
    position: Position,
    seen: Vec<u64>,
    told: Vec<(u64, bool)>,
}

#[derive(Clone, Debug)]
enum Happens {
    /// An event is written.
    Write,
    /// The broadcast delivers an event, be it late, again, or before others.
    Deliver(prop::sample::Index),
    /// The sweep compares.
    Sweep,
    /// The connection does one step.
    Step,
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        3 => Just(Happens::Write),
        4 => any::<prop::sample::Index>().prop_map(Happens::Deliver),
        1 => Just(Happens::Sweep),
        4 => Just(Happens::Step),
    ]
}

impl World {
    fn new(written: u64, since: Option<u64>) -> Self {
        Self {
            log: (1..=written).collect(),
            head: written,
            position: Position::new(since),
            seen: Vec::new(),
            told: Vec::new(),
        }
    }

    fn happen(&mut self, what: &Happens) {
        match what {
            Happens::Write => {
                self.head += 1;
                self.log.insert(self.head);
            }
            Happens::Deliver(which) if self.head > 0 => {
                let seq = which.index(usize::try_from(self.head).unwrap()) as u64 + 1;
                self.deliver(seq);
            }
            Happens::Deliver(_) => {}
            Happens::Sweep => self.sweep(),
            Happens::Step => {
                self.step();
            }
        }
    }

    fn deliver(&mut self, seq: u64) {
        self.position.arrived(Arrived {
            frames: [frame(seq)].into(),
            ..Arrived::default()
        });
    }

    fn sweep(&mut self) {
        self.position.arrived(Arrived {
            head: self.head,
            ..Arrived::default()
        });
    }

    fn step(&mut self) -> bool {
        let batch = match self.position.step() {
            Step::Send(batch) => batch,
            Step::Head => {
                self.position.joined(self.head);
                Vec::new()
            }
            Step::Read { after } => {
                let frames = self.log.range(after + 1..).take(PAGE);
                self.position.read(Page {
                    frames: frames.copied().map(frame).collect(),
                    head: self.head,
                })
            }
            Step::Wait => return false,
        };
        for message in batch {
            match message {
                Outgoing::Event(frame) => self.seen.push(frame.seq),
                Outgoing::Ready { cursor, recovered } => self.told.push((cursor, recovered)),
            }
        }
        true
    }

    fn settle(&mut self) {
        for _ in 0..10_000 {
            if !self.step() {
                return;
            }
        }
        panic!("never settles: {:?}", self.position);
    }

    fn lost_something(&self) -> bool {
        self.told.iter().any(|(_, recovered)| !recovered)
    }
}

proptest! {
    #[test]
    fn every_seq_comes_once_and_in_order(
        written in 0..12_u64,
        since in proptest::option::of(0..12_u64),
        story in vec(happens(), 0..80),
    ) {
        let since = since.map(|since| since.min(written));
        let mut world = World::new(written, since);
        for what in &story {
            world.happen(what);
        }
        world.settle();
        world.sweep();
        world.settle();

        let (joined, _) = world.told[0];
        let from = since.unwrap_or(joined);
        let all: Vec<u64> = (from + 1..=world.head).collect();
        prop_assert_eq!(&world.seen, &all);
        prop_assert!(!world.lost_something());
        prop_assert_eq!(world.told.len(), 1);
        prop_assert_eq!(world.position.seq(), world.head);
    }

    #[test]
    fn what_the_log_lacks_is_admitted(
        written in 1..20_u64,
        since in 0..20_u64,
        lacks in vec(1..20_u64, 0..6),
        story in vec(happens(), 0..80),
    ) {
        let since = since.min(written);
        let mut world = World::new(written, Some(since));
        for seq in &lacks {
            world.log.remove(seq);
        }
        // What the log lacks is not broadcast either.
        for what in &story {
            if !matches!(what, Happens::Deliver(_)) {
                world.happen(what);
            }
        }
        world.settle();
        world.sweep();
        world.settle();

        let all: Vec<u64> = world.log.range(since + 1..).copied().collect();
        prop_assert_eq!(&world.seen, &all);
        let is_missing = (since + 1..=written).any(|seq| !world.log.contains(&seq));
        prop_assert_eq!(world.lost_something(), is_missing);
        prop_assert_eq!(world.position.seq(), world.head);
    }

    #[test]
    fn order_holds_even_when_the_log_lacks_what_was_broadcast(
        written in 1..20_u64,
        lacks in vec(1..40_u64, 0..6),
        story in vec(happens(), 0..80),
    ) {
        let mut world = World::new(written, Some(0));
        for what in &story {
            world.happen(what);
            world.log.retain(|seq| !lacks.contains(seq));
        }
        world.settle();
        prop_assert!(world.seen.is_sorted_by(|earlier, later| earlier < later));
        let is_missing = (1..=world.position.seq()).any(|seq| !world.seen.contains(&seq));
        prop_assert_eq!(world.lost_something(), is_missing);
    }
}

#[test]
fn a_cursor_from_the_future_is_told_where_it_stands() {
    let mut world = World::new(7, Some(1_000));
    world.settle();
    assert_eq!(world.told, [(7, false)]);
    assert!(world.seen.is_empty());

    world.happen(&Happens::Write);
    world.deliver(8);
    world.settle();
    assert_eq!(world.seen, [8]);
}

#[test]
fn a_hole_that_cannot_be_filled_is_told_before_it_goes_on() {
    let mut world = World::new(5, None);
    world.settle();
    world.head = 9;
    world.deliver(9);
    world.settle();
    assert_eq!(world.told, [(5, true), (8, false)]);
    assert_eq!(world.seen, [9]);
}

#[test]
fn a_log_that_was_set_back_is_told() {
    let mut world = World::new(9, None);
    world.settle();
    world.position.arrived(Arrived {
        rewound: Some(4),
        ..Arrived::default()
    });
    world.head = 5;
    world.deliver(5);
    world.settle();
    assert_eq!(world.told, [(9, true), (4, false)]);
    assert_eq!(world.seen, [5]);
}

#[test]
fn events_before_joining_are_history() {
    let mut world = World::new(3, None);
    world.deliver(2);
    world.deliver(3);
    world.settle();
    assert_eq!(world.told, [(3, true)]);
    assert!(world.seen.is_empty());
}
