//! Phrases of several words that mean a day, a time, a recurrence or a reminder.

mod amount;
mod calendar;
mod clock;
mod day;
mod limit;
mod reminder;
mod repeat;

use std::ops::Range;

use jiff::{Timestamp, Zoned, civil};

pub(crate) use self::{
    clock::{Clock, Half},
    limit::Limit,
    repeat::Repeat,
};
use crate::{
    cursor::Cursor,
    line::Word,
    understood::Kind,
    vocabulary::{BELONGING, Part},
};

pub(crate) struct Phrase {
    pub(crate) words: Range<usize>,
    pub(crate) found: Found,
    pub(crate) sure: Sure,
}

pub(crate) enum Found {
    Day(Day),
    Clock(Clock),
    Part(Part),
    Zone(String),
    Repeat(Repeat),
    Limit(Limit),
    Reminders(Vec<u32>),
}

#[derive(Clone, Copy)]
pub(crate) struct Day {
    pub(crate) at: At,
    /// "tonight" is today, at night.
    pub(crate) part: Option<Part>,
}

#[derive(Clone, Copy)]
pub(crate) enum At {
    Date(civil::Date),
    /// "2027-01-27T09:00" has its time with it,
    Moment(civil::DateTime),
    /// and so has "in 2 hours", which is not said in local time.
    Instant(Timestamp),
}

/// Where a phrase is understood.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sure {
    Anywhere,
    /// Where it stands apart from words that are not understood.
    Apart,
    /// Where its neighbour is.
    Beside,
}

/// What is known before a phrase is read.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) now: &'a Zoned,
    /// Nothing but a date is expected, so there is no doubt to settle.
    pub(crate) only_date: bool,
}

impl Found {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Day(_) => Kind::Due,
            Self::Clock(_) | Self::Part(_) => Kind::Time,
            Self::Zone(_) => Kind::Zone,
            Self::Repeat(_) | Self::Limit(_) => Kind::Recurrence,
            Self::Reminders(_) => Kind::Reminder,
        }
    }
}

impl Day {
    fn date(date: civil::Date) -> Self {
        Self {
            at: At::Date(date),
            part: None,
        }
    }

    fn instant(at: Timestamp) -> Self {
        Self {
            at: At::Instant(at),
            part: None,
        }
    }

    pub(crate) fn has_time(self) -> bool {
        matches!(self.at, At::Moment(_) | At::Instant(_))
    }

    pub(crate) fn as_instant(self) -> Option<Timestamp> {
        match self.at {
            At::Instant(at) => Some(at),
            At::Date(_) | At::Moment(_) => None,
        }
    }
}

/// All phrases in `words`, in order.
pub(crate) fn scan(words: &[Word<'_>], setting: Setting<'_>) -> Vec<Phrase> {
    let mut phrases: Vec<Phrase> = Vec::new();
    let mut at = 0;
    // Whether a recurrence belongs to the phrases that lead up to here.
    let mut repeats = false;
    while at < words.len() {
        let before = phrases.last().filter(|phrase| phrase.words.end == at);
        let before = before.map(|phrase| &phrase.found);
        repeats &= before.is_some();
        let phrase = if before.is_none() && belongs(words, at) {
            None
        } else {
            read(Cursor::new(words, at), before, repeats, setting)
        };
        match phrase {
            Some(phrase) => {
                if let Some(end) = end_of_several(words, &phrase, setting) {
                    at = end;
                    continue;
                }
                at = phrase.words.end;
                repeats |= matches!(phrase.found, Found::Repeat(_));
                phrases.push(phrase);
            }
            None => at += 1,
        }
    }
    phrases
}

fn read(
    cursor: Cursor<'_>,
    before: Option<&Found>,
    repeats: bool,
    setting: Setting<'_>,
) -> Option<Phrase> {
    let phrase = |found, sure, end: Cursor<'_>| Phrase {
        words: cursor.at..end.at,
        found,
        sure,
    };
    if let Some((minutes, end)) = reminder::reminders(cursor) {
        return Some(phrase(Found::Reminders(minutes), Sure::Anywhere, end));
    }
    if repeats {
        if let Some((limit, end)) = limit::limit(cursor, setting) {
            return Some(phrase(Found::Limit(limit), Sure::Beside, end));
        }
        if let Some((day, end)) = limit::from(cursor, setting) {
            return Some(phrase(Found::Day(day), Sure::Beside, end));
        }
    }
    if let Some((repeat, sure, end)) = repeat::repeat(cursor) {
        return Some(phrase(Found::Repeat(repeat), sure, end));
    }
    if let Some((day, sure, end)) = day::day(cursor, before, setting) {
        return Some(phrase(Found::Day(day), sure, end));
    }
    if let Some((clock, sure, end)) = clock::clock(cursor, setting) {
        return Some(phrase(Found::Clock(clock), sure, end));
    }
    if let Some((part, sure, end)) = clock::part(cursor, before) {
        return Some(phrase(Found::Part(part), sure, end));
    }
    let (zone, end) = clock::zone(cursor, before)?;
    Some(phrase(Found::Zone(zone), Sure::Beside, end))
}

/// Whether the word before makes what follows a part of what is to be done.
fn belongs(words: &[Word<'_>], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| {
        let before = &words[before];
        before.tail.is_empty() && BELONGING.contains(&before.lower.as_str())
    })
}

/// "Monday to friday", "9:00 - 10:00" and "8am and 8pm" are not one day or time: where such a
/// range or list ends.
fn end_of_several(words: &[Word<'_>], phrase: &Phrase, setting: Setting<'_>) -> Option<usize> {
    let setting = Setting {
        only_date: true,
        ..setting
    };
    let next = |at: usize| {
        let cursor = another(words, at)?;
        match phrase.found {
            Found::Day(_) => Some(day::day(cursor, None, setting)?.2.at),
            Found::Clock(_) => Some(clock::clock(cursor, setting)?.2.at),
            _ => None,
        }
    };
    let second = next(phrase.words.end)?;
    std::iter::successors(Some(second), |at| next(*at)).last()
}

/// Where the next of several begins.
fn another<'w>(words: &'w [Word<'w>], at: usize) -> Option<Cursor<'w>> {
    let last = &words[at.checked_sub(1)?];
    let cursor = Cursor::new(words, at);
    let joined = cursor.one_of(&["to", "till", "through", "thru", "and", "or", "&"]);
    let is_open = last.is_before_dash() || last.tail == ",";
    let start = joined.or(is_open.then_some(cursor))?;
    Some(Cursor::new(words, start.at))
}
