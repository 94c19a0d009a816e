//! From a line to its meaning.

use events::Due;
use jiff::Zoned;

use crate::{
    choose::choose,
    cursor::Cursor,
    line::{self, Word},
    phrase::{Found, Setting, scan},
    resolve::Slots,
    sign,
    title::title,
    understood::{Kind, QuickAdd, Span},
};

/// The longest line that is read.
pub const MAX_CHARS: usize = 1_000;

/// The line is too long to be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a line must not be longer than {MAX_CHARS} characters")]
pub struct TooLong;

/// Reads a line as a task, at the time and in the zone of `now`.
pub fn parse(line: &str, now: &Zoned) -> Result<QuickAdd, TooLong> {
    if is_long(line) {
        return Err(TooLong);
    }
    let setting = Setting {
        now,
        only_date: false,
    };
    let mut words = line::split(line);
    let count = words.len();
    let mut fields = QuickAdd::default();
    let mut understood = sign::take(&mut words, &mut fields);

    let mut slots = Slots::default();
    // What is taken away can leave a phrase at the end of the line, where it counts.
    loop {
        let taken = choose(scan(&words, setting), &words, &mut slots);
        if taken.is_empty() {
            break;
        }
        let mut kinds = vec![None; words.len()];
        for (kind, range) in taken {
            kinds[range].fill(Some(kind));
        }
        let mut kept = Vec::new();
        for (word, kind) in words.into_iter().zip(kinds) {
            match kind {
                Some(kind) => understood.push((kind, word)),
                None => kept.push(word),
            }
        }
        words = kept;
    }

    fields.title = title(&words, count);
    fields.spans = spans(line, understood);
    // The longest first.
    fields.reminders = slots.reminders.iter().rev().copied().collect();
    (fields.due, fields.recurrence) = slots.resolve(now);
    Ok(fields)
}

/// Reads a text that is a date, a time or both, and nothing else: "friday", "to 27 jan at 9".
pub fn parse_due(text: &str, now: &Zoned) -> Option<Due> {
    if is_long(text) {
        return None;
    }
    let setting = Setting {
        now,
        only_date: true,
    };
    let words = line::split(text);
    let start = Cursor::new(&words, 0);
    let words = match start.one_of(&["to", "for", "until", "till", "from"]) {
        Some(after) => &words[after.at..],
        None => &words[..],
    };
    let phrases = scan(words, setting);
    let is_when = |found: &Found| {
        matches!(
            found,
            Found::Day(_) | Found::Clock(_) | Found::Part(_) | Found::Zone(_)
        )
    };
    if !phrases.iter().all(|phrase| is_when(&phrase.found)) {
        return None;
    }
    let mut slots = Slots::default();
    let taken = choose(phrases, words, &mut slots);
    let count: usize = taken.iter().map(|(_, words)| words.len()).sum();
    (count == words.len()).then(|| slots.resolve(now).0)?
}

fn is_long(line: &str) -> bool {
    line.chars().nth(MAX_CHARS).is_some()
}

/// Words of one kind that stand together in the line are one span.
fn spans(line: &str, mut understood: Vec<(Kind, Word<'_>)>) -> Vec<Span> {
    understood.sort_unstable_by_key(|(_, word)| word.place);
    let mut stretches: Vec<(Kind, Word<'_>)> = Vec::new();
    for (kind, word) in understood {
        match stretches.last_mut() {
            Some((same, last)) if joins(*same, kind) && last.place + 1 == word.place => {
                last.place = word.place;
                last.end = word.end;
            }
            _ => stretches.push((kind, word)),
        }
    }
    let mut units = Utf16::default();
    let span = |(kind, word): (Kind, Word<'_>)| Span {
        start: units.until(line, word.start),
        end: units.until(line, word.end),
        kind,
        text: line[word.start..word.end].to_owned(),
    };
    stretches.into_iter().map(span).collect()
}

/// Two tags side by side are two.
fn joins(one: Kind, other: Kind) -> bool {
    one == other && one != Kind::Tag
}

/// Counts UTF-16 code units from left to right.
#[derive(Default)]
struct Utf16 {
    bytes: usize,
    units: usize,
}

impl Utf16 {
    fn until(&mut self, line: &str, bytes: usize) -> usize {
        self.units += line[self.bytes..bytes].encode_utf16().count();
        self.bytes = bytes;
        self.units
    }
}
