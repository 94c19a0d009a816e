//! What of a task is to be done, and when.

use events::{Due, Reminder, ReminderTime};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use uuid::Uuid;

use super::Alerts;
use crate::{home::Home, series, task::model::Task};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The task's next occurrence is to be made.
    Occurrence,
    /// Somebody is to be told of the task.
    Reminder,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Occurrence => "occurrence",
            Self::Reminder => "reminder",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    /// The task, or the reminder.
    pub(crate) subject: Uuid,
    pub(crate) due_at: Timestamp,
}

/// All of a task, for somebody at `home`.
pub(crate) fn of(task: &Task, home: &Home) -> Vec<Entry> {
    if task.deleted_at.is_some() {
        return Vec::new();
    }
    let occurrence = next_at(task, home).map(|due_at| Entry {
        kind: Kind::Occurrence,
        subject: task.id.0,
        due_at,
    });
    // What is done needs no reminding.
    let open = task.reminders.iter().filter(|_| !task.completed);
    let reminders = open.filter_map(|reminder| {
        Some(Entry {
            kind: Kind::Reminder,
            subject: reminder.id.0,
            due_at: firing(task, reminder, home)?.at,
        })
    });
    occurrence.into_iter().chain(reminders).collect()
}

/// When the task's next occurrence is to be made.
pub(crate) fn next_at(task: &Task, home: &Home) -> Option<Timestamp> {
    series::next_at(task, &home.zone).map(to_microseconds)
}

/// When a reminder fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Firing {
    pub(crate) at: Timestamp,
    /// When it would, if the hours were not quiet.
    pub(crate) asked_for: Timestamp,
}

/// A moment that was chosen is kept; what is counted back from the due waits for the end of the
/// quiet hours. `None` when the task is not due.
pub(crate) fn firing(task: &Task, reminder: &Reminder, home: &Home) -> Option<Firing> {
    let (at, asked_for) = match (reminder.snoozed_until, reminder.when) {
        (Some(chosen), _) | (None, ReminderTime::At { at: chosen }) => (chosen, chosen),
        (None, ReminderTime::Before { minutes }) => {
            let due_at = match task.due.as_ref()? {
                Due::Date { date } => local(date.to_datetime(home.alerts.all_day_at), &home.zone)?,
                Due::Floating { .. } | Due::Zoned { .. } => task.due_at?,
            };
            let counted = due_at
                .checked_sub(SignedDuration::from_mins(i64::from(minutes)))
                .ok()?;
            (
                after_quiet_hours(counted, &home.alerts, &home.zone),
                counted,
            )
        }
    };
    Some(Firing {
        at: to_microseconds(at),
        asked_for: to_microseconds(asked_for),
    })
}

fn after_quiet_hours(at: Timestamp, alerts: &Alerts, zone: &TimeZone) -> Timestamp {
    let there = at.to_zoned(zone.clone()).datetime();
    let Some(quiet) = alerts
        .quiet_hours
        .filter(|quiet| quiet.contain(there.time()))
    else {
        return at;
    };
    let day = if there.time() < quiet.to {
        there.date()
    } else {
        there.date().saturating_add(1.day())
    };
    local(day.to_datetime(quiet.to), zone).unwrap_or(at)
}

fn local(local: jiff::civil::DateTime, zone: &TimeZone) -> Option<Timestamp> {
    Due::Floating { local }.instant(zone).ok()
}

/// As exact as Postgres keeps it.
fn to_microseconds(at: Timestamp) -> Timestamp {
    at - SignedDuration::from_nanos(i64::from(at.subsec_nanosecond() % 1_000))
}
