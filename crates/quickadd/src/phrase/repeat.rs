//! "every other week", "on mondays", "3 days after completion".

mod days;

use self::days::{
    in_order, month_days, nth_in_month, of_month, on_days, weekdays, weekend, workdays, year_day,
};
use super::{
    Sure,
    amount::{Amount, amount},
};
use crate::{
    cursor::{Cursor, list},
    pattern::{Days, Frequency, Pattern},
    vocabulary::{self, Unit},
};

pub(crate) struct Repeat {
    pub(crate) pattern: Pattern,
    pub(crate) after_completion: bool,
}

type Read<'w, T = Pattern> = Option<(T, Cursor<'w>)>;

/// As `recurrence` counts.
const MOST: u32 = 999;

pub(super) fn repeat(cursor: Cursor<'_>) -> Option<(Repeat, Sure, Cursor<'_>)> {
    if let Some((pattern, end)) = after_completion(cursor) {
        return Some((from_completion(pattern), Sure::Anywhere, end));
    }
    if let Some(after) = cursor.one_of(&["every", "each"]) {
        // "every!", as in Todoist.
        let emphatic = after.punctuation("!");
        let (pattern, sure, end) = every(emphatic.unwrap_or(after))?;
        let completion = end.words(&["after", "completion"]);
        let repeat = Repeat {
            pattern,
            after_completion: emphatic.is_some() || completion.is_some(),
        };
        return Some((repeat, sure, completion.unwrap_or(end)));
    }
    let (pattern, sure, end) = adverb(cursor)
        .or_else(|| plural(cursor))
        .or_else(|| of_every_month(cursor))?;
    let repeat = Repeat {
        pattern,
        after_completion: false,
    };
    Some((repeat, sure, end))
}

fn from_completion(pattern: Pattern) -> Repeat {
    Repeat {
        pattern,
        after_completion: true,
    }
}

/// "3 days after completion".
fn after_completion(cursor: Cursor<'_>) -> Read<'_> {
    let (amount, end) = amount(cursor)?;
    let end = end.words(&["after", "completion"])?;
    Some((every_amount(amount)?, end))
}

/// What stands behind "every".
fn every(cursor: Cursor<'_>) -> Option<(Pattern, Sure, Cursor<'_>)> {
    if cursor.read(vocabulary::part).is_some() {
        // The part of the day is read as the time.
        return Some((
            Pattern::every(Frequency::Daily, Days::Any),
            Sure::Anywhere,
            cursor,
        ));
    }
    let clear = group_of_days(cursor)
        .or_else(|| in_month(cursor))
        .or_else(|| interval(cursor))
        .or_else(|| every_weekday(cursor))
        .or_else(|| in_year(cursor));
    if let Some((pattern, end)) = clear {
        return Some((pattern, Sure::Anywhere, end));
    }
    // "every 15th", but not "every 2nd page".
    let (days, end) = month_days(cursor)?;
    let (sure, end) = match of_month(end) {
        Some(end) => (Sure::Anywhere, end),
        None => (Sure::Apart, end),
    };
    Some((Pattern::every(Frequency::Monthly, days), sure, end))
}

/// "weekday", "weekend".
fn group_of_days(cursor: Cursor<'_>) -> Read<'_> {
    let (days, end) = cursor.read(|word| match word {
        "weekday" | "workday" => Some(workdays()),
        "weekend" => Some(weekend()),
        _ => None,
    })?;
    Some((Pattern::every(Frequency::Weekly, Days::OfWeek(days)), end))
}

/// "3rd friday", "last day", "last friday of the month".
fn in_month(cursor: Cursor<'_>) -> Read<'_> {
    let (days, end) = nth_in_month(cursor)?;
    let end = of_month(end).unwrap_or(end);
    Some((Pattern::every(Frequency::Monthly, days), end))
}

/// "3 days", "other week on monday", "month on the last day", "other monday".
fn interval(cursor: Cursor<'_>) -> Read<'_> {
    let (number, cursor) = cursor
        .read(|word| match word {
            "other" => Some(2),
            _ => vocabulary::number(word).or_else(|| vocabulary::nth(word)?.try_into().ok()),
        })
        .unwrap_or((1, cursor));
    let (pattern, end) = cursor.read(|word| period(word, number))?;
    Some(on_days(&pattern, end).unwrap_or((pattern, end)))
}

fn period(word: &str, number: u32) -> Option<Pattern> {
    let (unit, number) = match word {
        "quarter" | "quarters" => (Unit::Month, number * 3),
        "fortnight" | "fortnights" => (Unit::Week, number * 2),
        _ => (vocabulary::unit(word)?, number),
    };
    every_amount(Amount { number, unit })
}

fn every_amount(amount: Amount) -> Option<Pattern> {
    let frequency = match amount.unit {
        Unit::Minute | Unit::Hour => return None,
        Unit::Day => Frequency::Daily,
        Unit::Week => Frequency::Weekly,
        Unit::Month => Frequency::Monthly,
        Unit::Year => Frequency::Yearly,
    };
    (amount.number <= MOST).then_some(Pattern {
        frequency,
        interval: amount.number,
        days: Days::Any,
    })
}

/// "jan 27".
fn in_year(cursor: Cursor<'_>) -> Read<'_> {
    let (days, end) = year_day(cursor)?;
    Some((Pattern::every(Frequency::Yearly, days), end))
}

/// "mon, wed and fri", "other monday".
fn every_weekday(cursor: Cursor<'_>) -> Read<'_> {
    let other = cursor.word("other");
    let (days, end) = weekdays(other.unwrap_or(cursor))?;
    let mut pattern = Pattern::every(Frequency::Weekly, Days::OfWeek(days));
    pattern.interval = if other.is_some() { 2 } else { 1 };
    Some((pattern, end))
}

/// "daily", "weekly on monday", "monthly on the 15th".
fn adverb(cursor: Cursor<'_>) -> Option<(Pattern, Sure, Cursor<'_>)> {
    let (pattern, end) = cursor.read(|word| {
        let (word, number) = match word {
            "daily" => ("day", 1),
            "weekly" => ("week", 1),
            "fortnightly" => ("week", 2),
            "monthly" => ("month", 1),
            "quarterly" => ("month", 3),
            "yearly" | "annually" => ("year", 1),
            _ => return None,
        };
        period(word, number)
    })?;
    Some(match on_days(&pattern, end) {
        Some((pattern, end)) => (pattern, Sure::Anywhere, end),
        None => (pattern, Sure::Apart, end),
    })
}

/// "on mondays and thursdays", "on weekdays", "mondays".
fn plural(cursor: Cursor<'_>) -> Option<(Pattern, Sure, Cursor<'_>)> {
    let weekly = |days| Pattern::every(Frequency::Weekly, Days::OfWeek(days));
    let on = cursor.word("on");
    let group = on.and_then(|cursor| {
        cursor.read(|word| match word {
            "weekdays" | "workdays" => Some(workdays()),
            "weekends" => Some(weekend()),
            _ => None,
        })
    });
    if let Some((days, end)) = group {
        return Some((weekly(days), Sure::Anywhere, end));
    }
    let (days, end) = list(on.unwrap_or(cursor), 7, |item| {
        item.read(vocabulary::weekdays_plural)
    })?;
    let sure = if on.is_some() {
        Sure::Anywhere
    } else {
        Sure::Apart
    };
    Some((weekly(in_order(days)), sure, end))
}

/// "on the 1st of every month", "last day of each month".
fn of_every_month(cursor: Cursor<'_>) -> Option<(Pattern, Sure, Cursor<'_>)> {
    let cursor = cursor.maybe("on").maybe("the");
    let (days, end) = nth_in_month(cursor).or_else(|| month_days(cursor))?;
    let end = end.word("of")?.one_of(&["every", "each"])?.word("month")?;
    Some((
        Pattern::every(Frequency::Monthly, days),
        Sure::Anywhere,
        end,
    ))
}
