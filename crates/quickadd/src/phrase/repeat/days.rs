//! Which days of its week, month or year.

use jiff::civil::Weekday;

use super::Read;
use crate::{
    cursor::{Cursor, list},
    pattern::{Days, Frequency, Pattern},
    phrase::calendar::month_and_day,
    vocabulary,
};

/// "on monday", "on the last day", "on jan 27": whatever suits the period.
pub(super) fn on_days<'w>(pattern: &Pattern, cursor: Cursor<'w>) -> Read<'w> {
    let (days, end) = match pattern.frequency {
        Frequency::Daily => None,
        Frequency::Weekly => on_weekdays(cursor),
        Frequency::Monthly => on_month_days(cursor),
        Frequency::Yearly => on_year_day(cursor),
    }?;
    let pattern = Pattern {
        days,
        ..pattern.clone()
    };
    Some((pattern, end))
}

fn on_weekdays(cursor: Cursor<'_>) -> Read<'_, Days> {
    let (days, end) = weekdays(cursor.word("on")?)?;
    Some((Days::OfWeek(days), end))
}

fn on_month_days(cursor: Cursor<'_>) -> Read<'_, Days> {
    let cursor = cursor.word("on")?.maybe("the");
    let plain = || {
        let (day, end) = cursor.read(|word| vocabulary::digits(word, 2))?;
        let day = i8::try_from(day)
            .ok()
            .filter(|day| (1..=31).contains(day))?;
        Some((Days::OfMonth(vec![day]), end))
    };
    nth_in_month(cursor)
        .or_else(|| month_days(cursor))
        .or_else(plain)
}

fn on_year_day(cursor: Cursor<'_>) -> Read<'_, Days> {
    year_day(cursor.word("on")?)
}

pub(super) fn year_day(cursor: Cursor<'_>) -> Read<'_, Days> {
    let (named, end) = month_and_day(cursor)?;
    let days = Days::OfYear {
        month: named.month,
        day: named.day,
    };
    Some((days, end))
}

/// "mon, wed and fri".
pub(super) fn weekdays(cursor: Cursor<'_>) -> Read<'_, Vec<Weekday>> {
    let (days, end) = list(cursor, 7, one_or_range)?;
    Some((in_order(days.concat()), end))
}

/// "monday", "mon-fri", "monday to friday", "mon/wed/fri".
fn one_or_range(cursor: Cursor<'_>) -> Read<'_, Vec<Weekday>> {
    if let Some(several) = cursor.read(in_one_word) {
        return Some(several);
    }
    let (first, end) = cursor.read(vocabulary::weekday)?;
    let last = end
        .one_of(&["to", "till", "through", "thru"])
        .and_then(|cursor| cursor.read(vocabulary::weekday));
    match last {
        Some((last, end)) => Some((between(first, last), end)),
        None => Some((vec![first], end)),
    }
}

fn in_one_word(word: &str) -> Option<Vec<Weekday>> {
    if let Some((first, last)) = word.split_once(['-', '–']) {
        return Some(between(
            vocabulary::weekday(first)?,
            vocabulary::weekday(last)?,
        ));
    }
    let (first, rest) = word.split_once('/')?;
    let names = std::iter::once(first).chain(rest.split('/'));
    names.map(vocabulary::weekday).collect()
}

fn between(first: Weekday, last: Weekday) -> Vec<Weekday> {
    let days = usize::try_from(first.until(last)).unwrap_or(0);
    first.cycle_forward().take(days + 1).collect()
}

pub(super) fn in_order(mut weekdays: Vec<Weekday>) -> Vec<Weekday> {
    weekdays.sort_unstable_by_key(|day| day.to_monday_zero_offset());
    weekdays.dedup();
    weekdays
}

pub(super) fn workdays() -> Vec<Weekday> {
    between(Weekday::Monday, Weekday::Friday)
}

pub(super) fn weekend() -> Vec<Weekday> {
    between(Weekday::Saturday, Weekday::Sunday)
}

/// "3rd friday", "last day".
pub(super) fn nth_in_month(cursor: Cursor<'_>) -> Read<'_, Days> {
    if let Some(end) = cursor.words(&["last", "day"]) {
        return Some((Days::OfMonth(vec![-1]), end));
    }
    let (nth, cursor) = cursor.read(|word| match word {
        "last" => Some(-1),
        _ => vocabulary::nth(word),
    })?;
    let (weekday, end) = cursor.read(vocabulary::weekday)?;
    Some((Days::Nth(nth, weekday), end))
}

/// "1st", "1st and 15th".
pub(super) fn month_days(cursor: Cursor<'_>) -> Read<'_, Days> {
    let (mut days, end) = list(cursor, 31, |item| item.read(vocabulary::ordinal))?;
    days.sort_unstable();
    days.dedup();
    Some((Days::OfMonth(days), end))
}

/// "of the month".
pub(super) fn of_month(cursor: Cursor<'_>) -> Option<Cursor<'_>> {
    cursor
        .word("of")?
        .one_of(&["the", "every", "each"])?
        .word("month")
}
