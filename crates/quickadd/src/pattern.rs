//! What a recurrence phrase asks for.

use std::fmt;

use events::Moment;
use jiff::civil::{Date, Weekday};
use recurrence::{Rule, RuleError};

/// A rule without its end.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) frequency: Frequency,
    pub(crate) interval: u32,
    pub(crate) days: Days,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// Which days of its week, month or year.
#[derive(Clone, Debug)]
pub(crate) enum Days {
    /// Those that the first occurrence says.
    Any,
    OfWeek(Vec<Weekday>),
    /// Of the month; -1 is the last.
    OfMonth(Vec<i8>),
    /// Of the month; -1 is the last.
    Nth(i8, Weekday),
    OfYear {
        month: i8,
        day: i8,
    },
}

impl Pattern {
    pub(crate) fn every(frequency: Frequency, days: Days) -> Self {
        Self {
            frequency,
            interval: 1,
            days,
        }
    }

    /// The rule with this end, such as `;COUNT=3` or nothing.
    pub(crate) fn rule(&self, end: &str) -> Result<Rule, RuleError> {
        format!("{self}{end}").parse()
    }

    /// The first day that fits, from `from` on. The interval counts from there.
    pub(crate) fn first(&self, from: Date) -> Option<Date> {
        let each = Self {
            interval: 1,
            ..self.clone()
        };
        let first = each.rule("").ok()?.first(Moment::Date(from), &[])?;
        Some(first.date())
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let frequency = match self.frequency {
            Frequency::Daily => "DAILY",
            Frequency::Weekly => "WEEKLY",
            Frequency::Monthly => "MONTHLY",
            Frequency::Yearly => "YEARLY",
        };
        write!(f, "FREQ={frequency}")?;
        if self.interval > 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        match &self.days {
            Days::Any => Ok(()),
            Days::OfWeek(weekdays) => {
                write!(
                    f,
                    ";BYDAY={}",
                    joined(weekdays.iter().map(|day| short(*day)))
                )
            }
            Days::OfMonth(days) => write!(f, ";BYMONTHDAY={}", joined(days)),
            Days::Nth(nth, weekday) => write!(f, ";BYDAY={nth}{}", short(*weekday)),
            Days::OfYear { month, day } => write!(f, ";BYMONTH={month};BYMONTHDAY={day}"),
        }
    }
}

fn joined(items: impl IntoIterator<Item: fmt::Display>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(",")
}

fn short(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "MO",
        Weekday::Tuesday => "TU",
        Weekday::Wednesday => "WE",
        Weekday::Thursday => "TH",
        Weekday::Friday => "FR",
        Weekday::Saturday => "SA",
        Weekday::Sunday => "SU",
    }
}
