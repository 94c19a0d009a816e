//! "at 9", "9:30pm", "at noon", "in the morning".

use super::{Found, Setting, Sure};
use crate::{
    cursor::Cursor,
    vocabulary::{self, Part},
};

#[derive(Clone, Copy)]
pub(crate) struct Clock {
    pub(crate) hour: i8,
    pub(crate) minute: i8,
    pub(crate) half: Half,
    /// Midnight by name, which ends today but begins other days.
    pub(crate) midnight: bool,
}

/// Whether it is clear in which half of the day it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Half {
    Said,
    /// "9:00" is of 24 hours, if nothing speaks against it.
    Open,
    /// "at 3" is, too, but few people get up for it.
    Bare,
}

pub(super) fn clock<'w>(
    cursor: Cursor<'w>,
    setting: Setting<'_>,
) -> Option<(Clock, Sure, Cursor<'w>)> {
    let begins_line = cursor.at == 0;
    let at = cursor.word("at");
    let preposition = at.or_else(|| cursor.word("by"));
    let cursor = preposition.unwrap_or(cursor);
    let is_told = preposition.is_some() || setting.only_date;
    let apart_unless = |clear| if clear { Sure::Anywhere } else { Sure::Apart };
    if let Some((clock, end)) = cursor.read(named) {
        return Some((clock, apart_unless(is_told), end));
    }
    if let Some((clock, end)) = with_meridiem(cursor) {
        return Some((clock, Sure::Anywhere, end));
    }
    if let Some(((hour, minute), end)) = cursor.read(hour_and_minute) {
        // Few people do things at 3:16, but there is a verse of that number.
        let is_time = is_told || minute % 5 == 0;
        let sure = apart_unless(is_told || begins_line);
        return is_time.then_some((of_24(hour, minute, Half::Open), sure, end));
    }
    let (clock, end) = cursor.read(bare_hour)?;
    if let Some(end) = end.one_of(&["o'clock", "o’clock"]) {
        return Some((clock, Sure::Anywhere, end));
    }
    let has_part = end
        .words(&["in", "the"])
        .is_some_and(|end| end.read(vocabulary::part).is_some());
    let is_time = at.is_some() || has_part;
    is_time.then_some((clock, apart_unless(begins_line), end))
}

fn named(word: &str) -> Option<Clock> {
    let (hour, midnight) = match word {
        "noon" | "midday" => (12, false),
        "midnight" => (0, true),
        _ => return None,
    };
    Some(Clock {
        hour,
        minute: 0,
        half: Half::Said,
        midnight,
    })
}

fn bare_hour(word: &str) -> Option<Clock> {
    let hour = i8::try_from(vocabulary::digits(word, 2)?).ok()?;
    let half = if word.starts_with('0') {
        Half::Open
    } else {
        Half::Bare
    };
    (hour < 24).then(|| of_24(hour, 0, half))
}

fn of_24(hour: i8, minute: i8, half: Half) -> Clock {
    let is_clear = hour == 0 || hour > 12;
    Clock {
        hour,
        minute,
        half: if is_clear { Half::Said } else { half },
        midnight: false,
    }
}

/// "9am", "9:30 p.m.".
fn with_meridiem(cursor: Cursor<'_>) -> Option<(Clock, Cursor<'_>)> {
    let in_one = cursor.read(|word| {
        let letters = word.find(|c: char| c.is_ascii_alphabetic())?;
        Some((hour_of_12(&word[..letters])?, is_pm(&word[letters..])?))
    });
    let ((time, is_pm), end) = in_one.or_else(|| {
        let (time, cursor) = cursor.read(hour_of_12)?;
        let (is_pm, end) = cursor.read(is_pm)?;
        Some(((time, is_pm), end))
    })?;
    let clock = Clock {
        hour: time.0 % 12 + if is_pm { 12 } else { 0 },
        minute: time.1,
        half: Half::Said,
        midnight: false,
    };
    Some((clock, end))
}

fn is_pm(word: &str) -> Option<bool> {
    match word {
        "am" | "a.m" => Some(false),
        "pm" | "p.m" => Some(true),
        _ => None,
    }
}

fn hour_of_12(word: &str) -> Option<(i8, i8)> {
    let alone = || Some((i8::try_from(vocabulary::digits(word, 2)?).ok()?, 0));
    hour_and_minute(word)
        .or_else(alone)
        .filter(|(hour, _)| (1..=12).contains(hour))
}

fn hour_and_minute(word: &str) -> Option<(i8, i8)> {
    let (hour, minute) = word.split_once(':')?;
    let hour = i8::try_from(vocabulary::digits(hour, 2)?).ok()?;
    let two_digits = minute.len() == 2;
    let minute = i8::try_from(vocabulary::digits(minute, 2)?).ok()?;
    (two_digits && hour < 24 && minute < 60).then_some((hour, minute))
}

/// "in the morning", "at night"; the bare word only behind a day or a recurrence.
pub(super) fn part<'w>(
    cursor: Cursor<'w>,
    before: Option<&Found>,
) -> Option<(Part, Sure, Cursor<'w>)> {
    if let Some(end) = cursor.words(&["at", "night"]) {
        return Some((Part::Night, Sure::Anywhere, end));
    }
    if let Some(cursor) = cursor.words(&["in", "the"]) {
        let (part, end) = cursor.read(vocabulary::part)?;
        return (part != Part::Night).then_some((part, Sure::Anywhere, end));
    }
    if !matches!(before, Some(Found::Day(_) | Found::Repeat(_))) {
        return None;
    }
    let (part, end) = cursor.read(vocabulary::part)?;
    Some((part, Sure::Beside, end))
}

/// An IANA name right behind a time.
pub(super) fn zone<'w>(cursor: Cursor<'w>, before: Option<&Found>) -> Option<(String, Cursor<'w>)> {
    if !matches!(before, Some(Found::Clock(_))) {
        return None;
    }
    cursor.read(|word| {
        if !word.contains('/') && !matches!(word, "utc" | "gmt") {
            return None;
        }
        let zone = events::find_zone(word).ok()?;
        zone.iana_name().map(ToOwned::to_owned)
    })
}
