//! From the text of a rule to its parts.

use std::{collections::BTreeSet, fmt::Display, ops::RangeInclusive, str::FromStr};

use events::Moment;
use jiff::{
    civil::{Date, DateTime, Weekday},
    tz::TimeZone,
};

use crate::{
    RuleError,
    rule::{End, Frequency, NthWeekday, Rule, WEEKDAYS},
};

const MAX_CHARS: usize = 200;

/// Why a value is wrong; the caller knows of which part.
type Detail = String;

impl Rule {
    /// Reads what a person wrote for a series that begins at `start` in `zone`: a rule, or one
    /// of the words `none` (which is no rule), `daily`, `weekly`, `monthly` and `yearly`.
    pub fn parse(text: &str, start: Moment, zone: &TimeZone) -> Result<Option<Self>, RuleError> {
        let preset = match text.trim().to_ascii_lowercase().as_str() {
            "none" => return Ok(None),
            "daily" => Frequency::Daily,
            "weekly" => Frequency::Weekly,
            "monthly" => Frequency::Monthly,
            "yearly" => Frequency::Yearly,
            _ => {
                let rule = read(text, Some((start, zone)))?;
                rule.check_occurs(start)?;
                return Ok(Some(rule));
            }
        };
        Ok(Some(Self::every(preset)))
    }
}

/// Reads the text of a rule that was checked before. It has no UNTIL in UTC any more.
impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text, None)
    }
}

fn read(text: &str, series: Option<(Moment, &TimeZone)>) -> Result<Rule, RuleError> {
    let length = text.chars().count();
    if length > MAX_CHARS {
        return Err(RuleError::whole(format!(
            "has {length} characters; at most {MAX_CHARS} are allowed"
        )));
    }
    let text = text.trim().to_ascii_uppercase();
    let text = text.strip_prefix("RRULE:").unwrap_or(&text);
    if text.is_empty() {
        return Err(RuleError::whole("is empty; it is of the form FREQ=DAILY"));
    }
    let (mut frequency, mut count, mut until) = (None, None, None);
    let mut rule = Rule::every(Frequency::Daily);
    let mut seen = BTreeSet::new();
    for part in text.split(';') {
        let Some((name, value)) = part.split_once('=') else {
            return Err(RuleError::whole(format!(
                "has `{part}`, which is not of the form NAME=VALUE, such as FREQ=DAILY"
            )));
        };
        if !seen.insert(name) {
            return Err(RuleError::new(name, "is given twice"));
        }
        let wrong = |detail: Detail| RuleError::new(name, detail);
        match name {
            "FREQ" => frequency = Some(frequency_of(value).map_err(wrong)?),
            "INTERVAL" => rule.interval = number(value, 1..=999).map_err(wrong)?,
            "BYMONTH" => rule.months = list(value, |item| number(item, 1..=12)).map_err(wrong)?,
            "BYMONTHDAY" => {
                rule.month_days = list(value, |item| signed(item, 31)).map_err(wrong)?;
            }
            "BYDAY" => rule.weekdays = list(value, nth_weekday).map_err(wrong)?,
            "BYSETPOS" => rule.positions = list(value, |item| signed(item, 366)).map_err(wrong)?,
            "WKST" => rule.week_start = weekday(value).map_err(wrong)?,
            "COUNT" => count = Some(number(value, 1..=1000).map_err(wrong)?),
            "UNTIL" => until = Some(until_of(value, series).map_err(wrong)?),
            _ => return Err(wrong(unknown(name))),
        }
    }
    rule.frequency = frequency.ok_or_else(|| {
        RuleError::new(
            "FREQ",
            "is missing; a rule says FREQ=DAILY, WEEKLY, MONTHLY or YEARLY",
        )
    })?;
    rule.end = match (count, until) {
        (None, None) => End::Never,
        (Some(count), None) => End::Count(count),
        (None, Some(until)) => End::Until(until),
        (Some(_), Some(_)) => {
            let detail = "cannot stand beside COUNT; a rule ends by one of them";
            return Err(RuleError::new("UNTIL", detail));
        }
    };
    sort(&mut rule);
    rule.check()?;
    rule.or_last_day();
    rule.drop_what_changes_nothing();
    Ok(rule)
}

impl Rule {
    /// So that rules which mean the same are the same: the start of the week matters only where
    /// weeks are left out or counted in.
    fn drop_what_changes_nothing(&mut self) {
        let by_week = self.frequency == Frequency::Weekly
            && !self.weekdays.is_empty()
            && (self.interval > 1 || !self.positions.is_empty());
        if !by_week {
            self.week_start = Weekday::Monday;
        }
    }
}

/// From the front and then from the end, as a calendar runs.
fn sort(rule: &mut Rule) {
    rule.months.sort_unstable();
    rule.month_days.sort_unstable_by_key(|&day| (day < 0, day));
    rule.positions.sort_unstable_by_key(|&n| (n < 0, n));
    rule.weekdays.sort_unstable_by_key(|day| {
        let nth = day.nth.unwrap_or_default();
        (nth < 0, nth, day.weekday.to_monday_zero_offset())
    });
    rule.months.dedup();
    rule.month_days.dedup();
    rule.positions.dedup();
    rule.weekdays.dedup();
}

fn unknown(name: &str) -> Detail {
    match name {
        "BYHOUR" | "BYMINUTE" | "BYSECOND" => {
            "is not supported; the time of day is that of the due date".to_owned()
        }
        "BYYEARDAY" | "BYWEEKNO" => {
            "is not supported; use BYMONTH, BYMONTHDAY and BYDAY".to_owned()
        }
        _ => "is not a part of a rule; there are FREQ, INTERVAL, BYMONTH, BYMONTHDAY, BYDAY, \
              BYSETPOS, WKST, COUNT and UNTIL"
            .to_owned(),
    }
}

fn frequency_of(value: &str) -> Result<Frequency, Detail> {
    match value {
        "DAILY" => Ok(Frequency::Daily),
        "WEEKLY" => Ok(Frequency::Weekly),
        "MONTHLY" => Ok(Frequency::Monthly),
        "YEARLY" => Ok(Frequency::Yearly),
        "HOURLY" | "MINUTELY" | "SECONDLY" => Err(format!("`{value}` is too often; DAILY is most")),
        _ => Err(format!("`{value}` is not DAILY, WEEKLY, MONTHLY or YEARLY")),
    }
}

fn list<T>(value: &str, item: impl Fn(&str) -> Result<T, Detail>) -> Result<Vec<T>, Detail> {
    value.split(',').map(item).collect()
}

fn number<T>(value: &str, range: RangeInclusive<T>) -> Result<T, Detail>
where
    T: FromStr + PartialOrd + Display,
{
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    let number = value.parse().ok().filter(|n| digits && range.contains(n));
    number.ok_or_else(|| {
        let (least, most) = range.into_inner();
        format!("`{value}` is not a number from {least} to {most}")
    })
}

/// A place counted from the front, or with a minus from the end.
fn signed<T>(value: &str, most: i16) -> Result<T, Detail>
where
    T: TryFrom<i16>,
{
    let number = value.parse::<i16>().ok();
    let number = number.filter(|n| *n != 0 && (-most..=most).contains(n));
    number
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| format!("`{value}` is not a number from 1 to {most} or -1 to -{most}"))
}

fn nth_weekday(value: &str) -> Result<NthWeekday, Detail> {
    let split = value.len().saturating_sub(2);
    let (nth, code) = value.split_at_checked(split).unwrap_or(("", value));
    let weekday = weekday(code).map_err(|_| {
        format!("`{value}` is not a weekday such as MO, or the nth of them such as 1MO or -1MO")
    })?;
    let nth = if nth.is_empty() {
        None
    } else {
        Some(signed(nth, 53)?)
    };
    Ok(NthWeekday { nth, weekday })
}

fn weekday(value: &str) -> Result<Weekday, Detail> {
    let found = WEEKDAYS.iter().find(|(_, code)| *code == value);
    found
        .map(|&(weekday, _)| weekday)
        .ok_or_else(|| format!("`{value}` is not MO, TU, WE, TH, FR, SA or SU"))
}

fn until_of(value: &str, series: Option<(Moment, &TimeZone)>) -> Result<Moment, Detail> {
    let wrong = || {
        format!(
            "`{value}` is not a date such as 20270503, or a time such as 20270503T170000 \
             or 20270503T150000Z"
        )
    };
    let (local, utc) = match value.strip_suffix('Z') {
        Some(local) => (local, true),
        None => (value, false),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if local.len() == 8 && digits(local) && !utc {
        let date: Date = local.parse().map_err(|_| wrong())?;
        return Ok(Moment::Date(date));
    }
    let halves = local.split_once('T');
    if !halves
        .is_some_and(|(day, time)| day.len() == 8 && time.len() == 6 && digits(day) && digits(time))
    {
        return Err(wrong());
    }
    let time: DateTime = local.parse().map_err(|_| wrong())?;
    match series {
        Some((Moment::Date(_), _)) => Ok(Moment::Date(time.date())),
        Some((_, zone)) if utc => {
            let instant = TimeZone::UTC.to_timestamp(time).map_err(|_| wrong())?;
            Ok(Moment::DateTime(zone.to_datetime(instant)))
        }
        None if utc => Err(format!("`{value}` is in UTC, but a stored rule is local")),
        _ => Ok(Moment::DateTime(time)),
    }
}
