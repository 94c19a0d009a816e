//! Days of the calendar: "27 jan", "jan 27th, 2027", "27/1/2027", "2027-01-27".

use events::Due;
use jiff::civil::Date;

use super::{At, Day, Sure};
use crate::{
    cursor::Cursor,
    vocabulary::{self, COUNTED},
};

/// A date that names its month. `told` says that a preposition stands before it.
pub(super) fn calendar_day(
    cursor: Cursor<'_>,
    today: Date,
    told: bool,
) -> Option<(Day, Sure, Cursor<'_>)> {
    if let Some((at, end)) = cursor.read(iso) {
        return Some((Day { at, part: None }, Sure::Anywhere, end));
    }
    if let Some(((date, has_year), end)) = cursor.read(|word| in_figures(word, today)) {
        // 27/1 may be a fraction.
        let sure = if has_year || told {
            Sure::Anywhere
        } else {
            Sure::Apart
        };
        return Some((Day::date(date), sure, end));
    }
    let (named, end) = month_and_day(cursor)?;
    let (date, end) = match year(end) {
        Some((year, end)) => (Date::new(year, named.month, named.day).ok()?, end),
        None => (
            next(today, |year| Date::new(year, named.month, named.day).ok())?,
            end,
        ),
    };
    let sure = if named.is_clear || told {
        Sure::Anywhere
    } else {
        Sure::Apart
    };
    Some((Day::date(date), sure, end))
}

/// "27th", "the 27th": the next one.
pub(super) fn day_of_month(cursor: Cursor<'_>, today: Date) -> Option<(Day, Cursor<'_>)> {
    let (day, end) = cursor.maybe("the").read(vocabulary::ordinal)?;
    let months = today.first_of_month().series(jiff::Span::new().months(1));
    let date = months
        .take(12)
        .filter_map(|month| Date::new(month.year(), month.month(), day).ok())
        .find(|date| *date >= today)?;
    Some((Day::date(date), end))
}

pub(super) struct MonthAndDay {
    pub(super) month: i8,
    pub(super) day: i8,
    /// Not one of those that are verbs as well.
    is_clear: bool,
}

/// "27 jan", "27th of jan", "the 27th of jan", "jan 27", "jan 27th".
pub(super) fn month_and_day(cursor: Cursor<'_>) -> Option<(MonthAndDay, Cursor<'_>)> {
    let day_first = || {
        let (day, after) = cursor.maybe("the").read(vocabulary::ordinal)?;
        let (month, end) = after.maybe("of").read(vocabulary::month)?;
        Some((month, day, end))
    };
    if let Some((month, day, end)) = day_first() {
        return checked(month, day, true, end);
    }
    if let Some((day, after)) = cursor.read(plain_day) {
        let (month, end) = after.read(vocabulary::month)?;
        return checked(month, day, !is_verb(after), end);
    }
    let (month, after) = cursor.read(vocabulary::month)?;
    if let Some((day, end)) = after.read(vocabulary::ordinal) {
        return checked(month, day, true, end);
    }
    let (day, end) = after.read(plain_day)?;
    let counts = end.read(vocabulary::unit).is_some() || end.one_of(&COUNTED).is_some();
    (!counts).then(|| checked(month, day, !is_verb(cursor), end))?
}

/// In lower case "may" and "march" may be verbs.
fn is_verb(cursor: Cursor<'_>) -> bool {
    cursor
        .peek()
        .is_some_and(|word| matches!(word.text, "may" | "march"))
}

fn checked(
    month: i8,
    day: i8,
    is_clear: bool,
    end: Cursor<'_>,
) -> Option<(MonthAndDay, Cursor<'_>)> {
    // A leap year has every day there is.
    Date::new(2000, month, day).ok()?;
    let named = MonthAndDay {
        month,
        day,
        is_clear,
    };
    Some((named, end))
}

fn plain_day(word: &str) -> Option<i8> {
    i8::try_from(vocabulary::digits(word, 2)?).ok()
}

/// "2027", ", 2027".
fn year(cursor: Cursor<'_>) -> Option<(i16, Cursor<'_>)> {
    cursor
        .punctuation(",")
        .unwrap_or(cursor)
        .read(four_digit_year)
}

fn four_digit_year(word: &str) -> Option<i16> {
    let year = i16::try_from(vocabulary::digits(word, 4)?).ok()?;
    (word.len() == 4 && Due::YEARS.contains(&year)).then_some(year)
}

/// The first that is not past, among this year and the eight that can lie before a 29 February.
fn next(today: Date, in_year: impl Fn(i16) -> Option<Date>) -> Option<Date> {
    (today.year()..=today.year().saturating_add(8))
        .filter_map(in_year)
        .find(|date| *date >= today)
}

/// 2027-01-27, 2027-01-27T09:00.
fn iso(word: &str) -> Option<At> {
    let bytes = word.as_bytes();
    // jiff reads more forms than people take for a date.
    let has_form = matches!(bytes.len(), 10 | 16 | 19) && bytes[4] == b'-' && bytes[7] == b'-';
    let day = word.get(..10).filter(|_| has_form)?;
    let date: Date = day.parse().ok()?;
    let at = if day.len() == word.len() {
        At::Date(date)
    } else {
        At::Moment(word.parse().ok()?)
    };
    Due::YEARS.contains(&date.year()).then_some(at)
}

/// 27/1/2027, 1/27/2027, 27.1.2027 and 27/1, and whether it has a year.
fn in_figures(word: &str, today: Date) -> Option<(Date, bool)> {
    if let Some((day, rest)) = word.split_once('.') {
        let (month, year) = rest.split_once('.')?;
        let date = Date::new(four_digit_year(year)?, plain_day(month)?, plain_day(day)?);
        return Some((date.ok()?, true));
    }
    let (first, rest) = word.split_once('/')?;
    let (second, year) = match rest.split_once('/') {
        Some((second, year)) => (second, Some(four_digit_year(year)?)),
        None => (rest, None),
    };
    // Always open is no day.
    if word == "24/7" {
        return None;
    }
    let (day, month) = match (plain_day(first)?, plain_day(second)?) {
        (day @ 13.., month) | (month, day @ 13..) => (day, month),
        (day, month) if day == month => (day, month),
        _ => return None,
    };
    let date = match year {
        Some(year) => Date::new(year, month, day).ok()?,
        None => next(today, |year| Date::new(year, month, day).ok())?,
    };
    Some((date, year.is_some()))
}
