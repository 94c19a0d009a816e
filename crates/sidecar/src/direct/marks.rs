//! How far each partition is handled.

use std::collections::{BTreeMap, HashMap};

/// Deliveries come to their end in any order; what may be committed is what has none under way
/// before it.
#[derive(Default)]
pub(super) struct Marks(HashMap<(&'static str, i32), Mark>);

#[derive(Default)]
struct Mark {
    /// How often each position is under way: a partition that was taken away and came back begins
    /// again at what was committed.
    under_way: BTreeMap<i64, u32>,
    next: i64,
    committed: Option<i64>,
}

impl Mark {
    fn reached(&self) -> i64 {
        let first = self.under_way.first_key_value();
        first.map_or(self.next, |(position, _)| *position)
    }
}

impl Marks {
    pub(super) fn begin(&mut self, topic: &'static str, partition: i32, position: i64) {
        let mark = self.0.entry((topic, partition)).or_default();
        if position < mark.next {
            mark.committed = None;
        }
        *mark.under_way.entry(position).or_default() += 1;
        mark.next = position + 1;
    }

    pub(super) fn end(&mut self, topic: &'static str, partition: i32, position: i64) {
        let Some(mark) = self.0.get_mut(&(topic, partition)) else {
            return;
        };
        if let Some(times) = mark.under_way.get_mut(&position) {
            *times -= 1;
            if *times == 0 {
                mark.under_way.remove(&position);
            }
        }
    }

    /// What was told last is to be told again.
    pub(super) fn not_committed(&mut self, topic: &'static str, partition: i32) {
        if let Some(mark) = self.0.get_mut(&(topic, partition)) {
            mark.committed = None;
        }
    }

    /// What has moved since the last time: topic, partition, and the first that is not handled.
    pub(super) fn moved(&mut self) -> Vec<(&'static str, i32, i64)> {
        let mut moved = Vec::new();
        for ((topic, partition), mark) in &mut self.0 {
            let reached = mark.reached();
            // Nothing has ended yet where the first delivery is under way.
            let anything = mark.committed.is_none_or(|committed| committed < reached);
            if anything {
                mark.committed = Some(reached);
                moved.push((*topic, *partition, reached));
            }
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: &str = "tasks.events";

    #[test]
    fn what_is_under_way_is_not_passed() {
        let mut marks = Marks::default();
        for position in [5, 6, 9] {
            marks.begin(TOPIC, 0, position);
        }
        marks.begin(TOPIC, 1, 0);
        marks.end(TOPIC, 0, 6);
        let mut moved = marks.moved();
        moved.sort_unstable();
        // As far as it was when they came, and no further.
        assert_eq!(moved, [(TOPIC, 0, 5), (TOPIC, 1, 0)]);
        assert_eq!(marks.moved(), []);
        marks.end(TOPIC, 0, 5);
        assert_eq!(marks.moved(), [(TOPIC, 0, 9)]);
        marks.end(TOPIC, 0, 9);
        assert_eq!(marks.moved(), [(TOPIC, 0, 10)]);
        assert_eq!(marks.moved(), []);
        marks.not_committed(TOPIC, 0);
        assert_eq!(marks.moved(), [(TOPIC, 0, 10)]);
    }

    #[test]
    fn a_partition_that_comes_back_begins_again() {
        let mut marks = Marks::default();
        marks.begin(TOPIC, 0, 3);
        marks.begin(TOPIC, 0, 4);
        marks.end(TOPIC, 0, 4);
        marks.begin(TOPIC, 0, 3);
        marks.end(TOPIC, 0, 3);
        // The other delivery of the same is under way still.
        assert_eq!(marks.moved(), [(TOPIC, 0, 3)]);
        marks.end(TOPIC, 0, 3);
        assert_eq!(marks.moved(), [(TOPIC, 0, 4)]);
        marks.begin(TOPIC, 0, 4);
        marks.end(TOPIC, 0, 4);
        assert_eq!(marks.moved(), [(TOPIC, 0, 5)]);
    }
}
