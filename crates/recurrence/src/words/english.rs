//! Numbers, dates and lists in English.

use std::fmt::Display;

use jiff::civil::{Date, Time, Weekday};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const ORDINALS: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];

pub(super) fn month(number: i8) -> &'static str {
    MONTHS[usize::from(number.unsigned_abs()) - 1]
}

pub(super) fn weekday(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// "3 May 2027".
pub(super) fn date(date: Date) -> String {
    format!("{} {} {}", date.day(), month(date.month()), date.year())
}

/// "9:00".
pub(super) fn clock(time: Time) -> String {
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    if second == 0 {
        format!("{hour}:{minute:02}")
    } else {
        format!("{hour}:{minute:02}:{second:02}")
    }
}

/// "the 15th", "the last day", "the second to last day".
pub(super) fn month_day(day: i8) -> String {
    if day > 0 {
        format!("the {}", nth(day))
    } else {
        format!("the {} day", place(day.into()))
    }
}

/// "first", "20th", "last", "second to last".
pub(super) fn place(n: i16) -> String {
    let distance = n.unsigned_abs();
    let ordinal = ORDINALS.get(usize::from(distance) - 1);
    let ordinal = ordinal.map_or_else(|| nth(distance), ToString::to_string);
    match n {
        -1 => "last".to_owned(),
        ..-1 => format!("{ordinal} to last"),
        _ => ordinal,
    }
}

/// "1st", "22nd", "113th".
pub(super) fn nth(n: impl Into<i32>) -> String {
    let n = n.into();
    let suffix = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{suffix}")
}

/// "one, two and three".
pub(super) fn and(items: &[impl Display]) -> String {
    joined(items, "and")
}

/// "one, two or three".
pub(super) fn or(items: &[impl Display]) -> String {
    joined(items, "or")
}

fn joined(items: &[impl Display], word: &str) -> String {
    let mut items: Vec<_> = items.iter().map(ToString::to_string).collect();
    match items.pop() {
        None => String::new(),
        Some(last) if items.is_empty() => last,
        Some(last) => format!("{} {word} {last}", items.join(", ")),
    }
}
