//! Which phrases count.

use std::{collections::BTreeSet, ops::Range};

use events::TaskState;

use crate::{
    line::Word,
    phrase::{Found, Phrase, Sure},
    resolve::Slots,
    understood::Kind,
    vocabulary::GOING_ON,
};

/// A kind, and the words that it is said with.
pub(crate) type Taken = (Kind, Range<usize>);

/// Puts what counts into the slots that are empty.
pub(crate) fn choose(phrases: Vec<Phrase>, words: &[Word<'_>], slots: &mut Slots) -> Vec<Taken> {
    let mut taken = Vec::new();
    // From the end, because of two for one slot the last counts.
    for run in runs(phrases).into_iter().rev() {
        if stands(&run, words) {
            fill(run, slots, &mut taken);
        }
    }
    taken
}

/// Phrases that follow one another without a word between them.
fn runs(phrases: Vec<Phrase>) -> Vec<Vec<Phrase>> {
    let mut runs: Vec<Vec<Phrase>> = Vec::new();
    for phrase in phrases {
        match runs.last_mut() {
            Some(run) if end(run) == phrase.words.start => run.push(phrase),
            _ => runs.push(vec![phrase]),
        }
    }
    runs
}

fn end(run: &[Phrase]) -> usize {
    run.last().map_or(0, |last| last.words.end)
}

/// Whether a run can be understood where it is.
fn stands(run: &[Phrase], words: &[Word<'_>]) -> bool {
    let sure = |sure| run.iter().filter(move |phrase| phrase.sure == sure).count();
    let is_apart = match &words[end(run) - 1..] {
        [_] => true,
        [last, next, ..] => {
            !last.tail.is_empty() || GOING_ON.contains(&next.lower.as_str()) && !next.literal
        }
        [] => false,
    };
    match sure(Sure::Apart) {
        _ if sure(Sure::Anywhere) > 0 => true,
        0 => false,
        1 => is_apart,
        _ => true,
    }
}

fn fill(run: Vec<Phrase>, slots: &mut Slots, taken: &mut Vec<Taken>) {
    // What hangs on the phrase before it, which comes after it here.
    let mut hanging = None;
    let mut limit = None;
    for Phrase { words, found, sure } in run.into_iter().rev() {
        let kind = found.kind();
        match found {
            Found::Zone(_) | Found::Part(_) if sure == Sure::Beside => {
                hanging = Some((words, found));
                continue;
            }
            Found::Limit(_) => {
                limit.get_or_insert((words, found));
                continue;
            }
            _ => {}
        }
        let repeats = matches!(found, Found::Repeat(_));
        let also = hanging.take();
        if !slots.take(found) {
            continue;
        }
        taken.push((kind, words));
        let limit = if repeats { limit.take() } else { None };
        for (words, found) in [also, limit].into_iter().flatten() {
            let kind = found.kind();
            if slots.take(found) {
                taken.push((kind, words));
            }
        }
    }
}

impl Slots {
    /// Keeps it if there is room for it.
    fn take(&mut self, found: Found) -> bool {
        let has_time = self.has_moment() || self.clock.is_some() || self.part.is_some();
        match found {
            Found::Day(day) => !(day.has_time() && has_time) && put(&mut self.day, day),
            Found::Clock(clock) => !self.has_moment() && put(&mut self.clock, clock),
            Found::Part(part) => !self.has_moment() && put(&mut self.part, part),
            Found::Zone(zone) => put(&mut self.zone, zone),
            Found::Repeat(repeat) => put(&mut self.repeat, repeat),
            Found::Limit(limit) => put(&mut self.limit, limit),
            Found::Reminders(minutes) => self.has_due() && self.remind(minutes),
        }
    }

    fn remind(&mut self, minutes: Vec<u32>) -> bool {
        let more: BTreeSet<u32> = minutes.into_iter().collect();
        let all = &self.reminders | &more;
        let has_room = all.len() <= TaskState::MAX_REMINDERS;
        if has_room {
            self.reminders = all;
        }
        has_room
    }
}

fn put<T>(slot: &mut Option<T>, value: T) -> bool {
    let is_free = slot.is_none();
    if is_free {
        *slot = Some(value);
    }
    is_free
}
