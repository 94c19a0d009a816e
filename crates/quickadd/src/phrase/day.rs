//! A day as people name it from where they are: "tomorrow", "next friday", "in 3 days".

use jiff::{
    Span, ToSpan,
    civil::{Date, Weekday},
};

use super::{
    At, Day, Found, Setting, Sure,
    amount::amount,
    calendar::{calendar_day, day_of_month},
    clock,
};
use crate::{
    cursor::Cursor,
    vocabulary::{self, Part},
};

/// Within these every weekday meets every day of the month.
const WEEKS: usize = 200;

type Read<'w> = Option<(Day, Sure, Cursor<'w>)>;

/// `before` is what stands right before it.
pub(super) fn day<'w>(
    cursor: Cursor<'w>,
    before: Option<&Found>,
    setting: Setting<'_>,
) -> Read<'w> {
    let preposition = preposition(cursor);
    let told = preposition.is_some() || setting.only_date;
    let cursor = preposition.unwrap_or(cursor);
    let today = setting.now.date();
    let apart = if told { Sure::Anywhere } else { Sure::Apart };

    if let Some((day, end)) = near(cursor, today) {
        return Some((day, Sure::Anywhere, end));
    }
    if let Some((day, end)) = this_or_next(cursor, today) {
        let begins_line = cursor.at == 0;
        let sure = if begins_line { Sure::Anywhere } else { apart };
        return Some((day, sure, end));
    }
    if let Some((day, end)) = end_of(cursor, today) {
        return Some((day, Sure::Anywhere, end));
    }
    if let Some((day, end)) = distance(cursor, setting) {
        return Some((day, Sure::Anywhere, end));
    }
    if let Some((weekday, end)) = cursor.read(vocabulary::weekday) {
        if let Some((date, end)) = with_date(weekday, end, today) {
            return Some((Day::date(date), Sure::Anywhere, end));
        }
        let next = Day::date(today.nth_weekday(1, weekday).ok()?);
        let name = cursor.peek()?;
        if !vocabulary::is_word_too(&name.lower) {
            return Some((next, apart, end));
        }
        let by_time = matches!(before, Some(Found::Clock(_)))
            || clock::clock(end, setting).is_some()
            || end.read(vocabulary::part).is_some();
        return (told || by_time).then_some((next, Sure::Apart, end));
    }
    if let Some(day) = calendar_day(cursor, today, told) {
        return Some(day);
    }
    let (day, end) = day_of_month(cursor, today)?;
    Some((day, Sure::Apart, end))
}

fn preposition(cursor: Cursor<'_>) -> Option<Cursor<'_>> {
    if let Some(due) = cursor.one_of(&["due", "starting", "beginning"]) {
        return due.one_of(&["on", "by"]).or(Some(due));
    }
    cursor.one_of(&["on", "by"])
}

fn near(cursor: Cursor<'_>, today: Date) -> Option<(Day, Cursor<'_>)> {
    if let Some(end) = cursor.word("today") {
        return Some((Day::date(today), end));
    }
    if let Some(end) = cursor.word("tonight") {
        return Some((today_at(today, Part::Night), end));
    }
    if let Some(cursor) = cursor.word("this")
        && let Some((part, end)) = cursor.read(vocabulary::part)
    {
        return Some((today_at(today, part), end));
    }
    if let Some(end) = cursor.one_of(&["tomorrow", "tmr", "tmrw"]) {
        return Some((Day::date(today.tomorrow().ok()?), end));
    }
    let end = cursor.maybe("the").words(&["day", "after", "tomorrow"])?;
    Some((Day::date(today.checked_add(2.days()).ok()?), end))
}

fn today_at(today: Date, part: Part) -> Day {
    Day {
        at: At::Date(today),
        part: Some(part),
    }
}

/// "this friday", "next month".
fn this_or_next(cursor: Cursor<'_>, today: Date) -> Option<(Day, Cursor<'_>)> {
    if let Some(cursor) = cursor.word("this") {
        let (weekday, end) = cursor.read(|word| match word {
            "weekend" if today.weekday() == Weekday::Sunday => Some(Weekday::Sunday),
            "weekend" => Some(Weekday::Saturday),
            _ => vocabulary::weekday(word),
        })?;
        return Some((Day::date(from_today(today, weekday)?), end));
    }
    let (date, end) = cursor.word("next")?.read(|word| match word {
        "week" => in_next_week(today, Weekday::Monday),
        "weekend" => in_next_week(today, Weekday::Saturday),
        "month" => today.last_of_month().tomorrow().ok(),
        "year" => today.last_of_year().tomorrow().ok(),
        _ => in_next_week(today, vocabulary::weekday(word)?),
    })?;
    // "next week on friday"
    let on_weekday = cursor
        .words(&["next", "week"])
        .and_then(|end| end.maybe("on").read(vocabulary::weekday));
    if let Some((weekday, end)) = on_weekday {
        return Some((Day::date(in_next_week(today, weekday)?), end));
    }
    Some((Day::date(date), end))
}

/// "end of month", "end of the year", "end of next month".
fn end_of(cursor: Cursor<'_>, today: Date) -> Option<(Day, Cursor<'_>)> {
    let cursor = cursor.maybe("the").words(&["end", "of"])?;
    let next = cursor.word("next");
    let cursor = next
        .or_else(|| cursor.one_of(&["the", "this"]))
        .unwrap_or(cursor);
    let (date, end) = cursor.read(|word| {
        let last = match word {
            "month" => Date::last_of_month,
            "year" => Date::last_of_year,
            _ => return None,
        };
        match next {
            Some(_) => Some(last(last(today).tomorrow().ok()?)),
            None => Some(last(today)),
        }
    })?;
    Some((Day::date(date), end))
}

/// "in 3 days", "2 weeks from now".
fn distance<'w>(cursor: Cursor<'w>, setting: Setting<'_>) -> Option<(Day, Cursor<'w>)> {
    if let Some((amount, end)) = cursor.word("in").and_then(amount) {
        return Some((amount.ahead_of(setting.now)?, end));
    }
    let (amount, cursor) = amount(cursor)?;
    let end = cursor.word("from")?.one_of(&["now", "today"])?;
    Some((amount.ahead_of(setting.now)?, end))
}

/// What follows a weekday and agrees with it: "friday next week", "friday, 27 jan", "friday
/// the 13th".
fn with_date(weekday: Weekday, end: Cursor<'_>, today: Date) -> Option<(Date, Cursor<'_>)> {
    if let Some(end) = end.words(&["next", "week"]) {
        return Some((in_next_week(today, weekday)?, end));
    }
    let cursor = end.punctuation(",").unwrap_or(end);
    if let Some((day, _, end)) = calendar_day(cursor, today, true) {
        let At::Date(date) = day.at else { return None };
        return (date.weekday() == weekday).then_some((date, end));
    }
    let (day, end) = cursor.maybe("the").read(vocabulary::ordinal)?;
    let weeks = from_today(today, weekday)?.series(Span::new().weeks(1));
    let date = weeks.take(WEEKS).find(|date| date.day() == day)?;
    Some((date, end))
}

/// The first from today on.
fn from_today(today: Date, weekday: Weekday) -> Option<Date> {
    let days = today.weekday().until(weekday);
    today.checked_add(i64::from(days).days()).ok()
}

fn in_next_week(today: Date, weekday: Weekday) -> Option<Date> {
    let monday = today.nth_weekday(1, Weekday::Monday).ok()?;
    from_today(monday, weekday)
}
