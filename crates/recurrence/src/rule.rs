//! A rule's parts.

use events::Moment;
use jiff::civil::Weekday;

/// When something comes again. Its text (`Display` and `FromStr`) has one form per meaning.
///
/// What a rule leaves open (the weekday of `FREQ=WEEKLY`) is taken from the start it is asked
/// about, so that the same rule can begin anew on the day of a completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub(crate) frequency: Frequency,
    pub(crate) interval: u16,
    // The lists are sorted and hold nothing twice.
    pub(crate) months: Vec<i8>,
    pub(crate) month_days: Vec<i8>,
    pub(crate) weekdays: Vec<NthWeekday>,
    pub(crate) positions: Vec<i16>,
    pub(crate) week_start: Weekday,
    pub(crate) end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A weekday, each or the nth of its month or year; negative from the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NthWeekday {
    pub(crate) nth: Option<i8>,
    pub(crate) weekday: Weekday,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Never,
    Count(u16),
    /// Inclusive, in the local time of the series.
    Until(Moment),
}

pub(crate) const WEEKDAYS: [(Weekday, &str); 7] = [
    (Weekday::Monday, "MO"),
    (Weekday::Tuesday, "TU"),
    (Weekday::Wednesday, "WE"),
    (Weekday::Thursday, "TH"),
    (Weekday::Friday, "FR"),
    (Weekday::Saturday, "SA"),
    (Weekday::Sunday, "SU"),
];

impl Rule {
    pub(crate) fn every(frequency: Frequency) -> Self {
        Self {
            frequency,
            interval: 1,
            months: Vec::new(),
            month_days: Vec::new(),
            weekdays: Vec::new(),
            positions: Vec::new(),
            week_start: Weekday::Monday,
            end: End::Never,
        }
    }

    /// How often it occurs, if it says so.
    pub fn count(&self) -> Option<u32> {
        match self.end {
            End::Count(count) => Some(u32::from(count)),
            End::Never | End::Until(_) => None,
        }
    }

    /// The same rule with nothing left to the start, as other calendars need it.
    #[must_use]
    pub fn resolved(&self, start: Moment) -> Self {
        let (mut rule, date) = (self.clone(), start.date());
        let no_days = rule.weekdays.is_empty() && rule.month_days.is_empty();
        match rule.frequency {
            Frequency::Weekly if no_days => rule.weekdays.push(NthWeekday {
                nth: None,
                weekday: date.weekday(),
            }),
            Frequency::Monthly | Frequency::Yearly if no_days => {
                if rule.frequency == Frequency::Yearly && rule.months.is_empty() {
                    rule.months.push(date.month());
                }
                rule.month_days.push(date.day());
                rule.or_last_day();
            }
            _ => {}
        }
        rule
    }
}
