//! What the phrases mean together.

use std::collections::BTreeSet;

use events::Due;
use jiff::{
    ToSpan, Zoned,
    civil::{Date, DateTime, Time},
};

use crate::{
    phrase::{At, Clock, Day, Half, Limit, Repeat},
    understood::Recurrence,
    vocabulary::Part,
};

/// At most one of each, and as many reminders as a task takes.
#[derive(Default)]
pub(crate) struct Slots {
    pub(crate) day: Option<Day>,
    pub(crate) clock: Option<Clock>,
    pub(crate) part: Option<Part>,
    pub(crate) zone: Option<String>,
    pub(crate) repeat: Option<Repeat>,
    pub(crate) limit: Option<Limit>,
    pub(crate) reminders: BTreeSet<u32>,
}

#[derive(Clone, Copy)]
struct TimeOfDay {
    time: Time,
    ends: Ends,
}

/// Which day a midnight ends, instead of beginning it.
#[derive(Clone, Copy)]
enum Ends {
    No,
    Today,
    Any,
}

impl Slots {
    /// Whether "in 2 hours" has said the time already.
    pub(crate) fn has_moment(&self) -> bool {
        self.day.is_some_and(Day::has_time)
    }

    pub(crate) fn has_due(&self) -> bool {
        self.day.is_some() || self.clock.is_some() || self.part.is_some() || self.repeat.is_some()
    }

    /// The due and the recurrence; none if they lie beyond the calendar.
    pub(crate) fn resolve(self, now: &Zoned) -> (Option<Due>, Option<Recurrence>) {
        let Some(when) = self.when(now) else {
            return (None, None);
        };
        let instant = self.day.and_then(Day::as_instant);
        let end = self.limit.map(|limit| end(&limit, when.0));
        let recurrence = self.repeat.and_then(|repeat| {
            let rule = repeat.pattern.rule(&end.unwrap_or_default()).ok()?;
            Some(Recurrence {
                rule: rule.to_string(),
                after_completion: repeat.after_completion,
            })
        });
        let due = match (when, self.zone) {
            ((date, None), _) => Due::Date { date },
            ((date, Some(time)), None) => Due::Floating {
                local: date.to_datetime(time),
            },
            ((date, Some(time)), Some(zone)) => Due::Zoned {
                local: date.to_datetime(time),
                zone,
            },
        };
        let due = match instant {
            Some(at) if recurrence.is_none() => due.or_in_utc(at, now.time_zone()),
            _ => due,
        };
        (Some(due), recurrence)
    }

    fn when(&self, now: &Zoned) -> Option<(Date, Option<Time>)> {
        let local = match self.zone.as_deref().map(events::find_zone) {
            Some(Ok(zone)) => now.with_time_zone(zone).datetime(),
            _ => now.datetime(),
        };
        let has_both = |at: DateTime| (Some(at.date()), Some(TimeOfDay::new(at.time())));
        let (day, time) = match self.day.map(|day| day.at) {
            Some(At::Moment(at)) => has_both(at),
            Some(At::Instant(at)) => has_both(at.to_zoned(now.time_zone().clone()).datetime()),
            Some(At::Date(date)) => (Some(date), self.time()),
            None => (None, self.time()),
        };
        let Some(repeat) = &self.repeat else {
            return on(day, time, now.date(), local);
        };
        let time = time.map(|time| time.time);
        let first = |from| repeat.pattern.first(from);
        if let Some(day) = day {
            return Some((first(day)?, time));
        }
        let date = first(local.date())?;
        let is_past = time.is_some_and(|time| date.to_datetime(time) < local);
        let date = if is_past {
            first(date.tomorrow().ok()?)?
        } else {
            date
        };
        Some((date, time))
    }

    fn time(&self) -> Option<TimeOfDay> {
        let part = self.part.or(self.day.and_then(|day| day.part));
        match self.clock {
            Some(clock) => Some(at(clock, part)),
            None => part.map(|part| TimeOfDay::new(usual(part))),
        }
    }
}

impl TimeOfDay {
    fn new(time: Time) -> Self {
        Self {
            time,
            ends: Ends::No,
        }
    }
}

/// The day and time of what comes once.
fn on(
    day: Option<Date>,
    time: Option<TimeOfDay>,
    today: Date,
    local: DateTime,
) -> Option<(Date, Option<Time>)> {
    let Some(time) = time else {
        return Some((day?, None));
    };
    let date = match (day, time.ends) {
        (Some(day), Ends::Any) => day.tomorrow().ok()?,
        (Some(day), Ends::Today) if day == today => day.tomorrow().ok()?,
        (Some(day), _) => day,
        (None, _) if local.date().to_datetime(time.time) < local => local.date().tomorrow().ok()?,
        (None, _) => local.date(),
    };
    Some((date, Some(time.time)))
}

/// "at 9" in the evening is 21:00, "at 12" tonight is midnight.
fn at(clock: Clock, part: Option<Part>) -> TimeOfDay {
    let is_late = matches!(part, Some(Part::Evening | Part::Night));
    let is_twelve = clock.hour == 12 && clock.half != Half::Said;
    // Hours that it makes hours after noon.
    let later = match part {
        Some(Part::Afternoon) => 1..12,
        Some(Part::Evening | Part::Night) => 5..12,
        None if clock.half == Half::Bare => 1..6,
        Some(Part::Morning) | None => 0..0,
    };
    let hour = match clock.hour {
        12 if is_late && is_twelve => 0,
        hour if clock.half != Half::Said && later.contains(&hour) => hour + 12,
        hour => hour,
    };
    let ends = if is_late && (clock.midnight || is_twelve) {
        Ends::Any
    } else if clock.midnight {
        Ends::Today
    } else {
        Ends::No
    };
    let time = Time::new(hour, clock.minute, 0, 0).unwrap_or_default();
    TimeOfDay { time, ends }
}

fn usual(part: Part) -> Time {
    match part {
        Part::Morning => Time::constant(9, 0, 0, 0),
        Part::Afternoon => Time::constant(14, 0, 0, 0),
        Part::Evening => Time::constant(18, 0, 0, 0),
        Part::Night => Time::constant(20, 0, 0, 0),
    }
}

/// The part of the rule that ends it.
fn end(limit: &Limit, first: Date) -> String {
    let last = match limit {
        Limit::Times(times) => return format!(";COUNT={times}"),
        Limit::Until(date) => *date,
        Limit::For(amount) => amount
            .after(first)
            .and_then(|date| date.checked_sub(1.day()).ok())
            .unwrap_or(Date::MAX),
    };
    format!(
        ";UNTIL={:04}{:02}{:02}",
        last.year(),
        last.month(),
        last.day()
    )
}
