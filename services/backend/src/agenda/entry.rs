//! What of a task is to be done, and when.

use events::{Due, Reminder, ReminderTime};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use uuid::Uuid;

use super::Alerts;
use crate::{home::Home, series, task::model::Task};

/// Minutes of a day on which no clock changes.
const DAY: i64 = 24 * 60;

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
            let minutes = i64::from(minutes);
            // Days before a day end at the same hour, whatever the clocks do between.
            let (from, minutes) = match task.due.as_ref()? {
                Due::Date { date } => {
                    let day = date.checked_sub((minutes / DAY).days()).ok()?;
                    let at = local(day.to_datetime(home.alerts.all_day_at), &home.zone)?;
                    (at, minutes % DAY)
                }
                Due::Floating { .. } | Due::Zoned { .. } => (task.due_at?, minutes),
            };
            let counted = from.checked_sub(SignedDuration::from_mins(minutes)).ok()?;
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
    let end = day.to_datetime(quiet.to);
    let first = local(end, zone).filter(|end| *end >= at);
    // Where the hour of the end happens twice, this one lies in its second half.
    let second = || zone.to_ambiguous_timestamp(end).later().ok();
    first.or_else(second).unwrap_or(at).max(at)
}

fn local(local: jiff::civil::DateTime, zone: &TimeZone) -> Option<Timestamp> {
    Due::Floating { local }.instant(zone).ok()
}

/// As exact as Postgres keeps it.
fn to_microseconds(at: Timestamp) -> Timestamp {
    at - SignedDuration::from_nanos(i64::from(at.subsec_nanosecond() % 1_000))
}

#[cfg(test)]
mod tests {
    use jiff::civil::Time;
    use serde_json::json;

    use super::*;

    fn home(zone: &str, quiet_hours: Option<(&str, &str)>) -> Home {
        let time = |text: &str| -> Time { text.parse().unwrap() };
        let quiet_hours = quiet_hours.map(|(from, to)| json!({"from": time(from), "to": time(to)}));
        let alerts = json!({"quiet_hours": quiet_hours});
        Home {
            zone: events::find_zone(zone).unwrap(),
            alerts: Alerts::read(Some(&alerts)),
        }
    }

    fn before(minutes: u32) -> Reminder {
        let reminder = json!({
            "id": events::ReminderId::generate(), "when": {"kind": "before", "minutes": minutes},
            "channels": [],
        });
        serde_json::from_value(reminder).unwrap()
    }

    fn fires(due: &Due, minutes: u32, home: &Home) -> String {
        let task = Task {
            due: Some(due.clone()),
            due_at: due.instant(&home.zone).ok(),
            ..Task::blank()
        };
        firing(&task, &before(minutes), home)
            .unwrap()
            .at
            .to_string()
    }

    #[test]
    fn days_before_a_day_end_at_its_hour_though_the_clocks_change() {
        let day = 24 * 60;
        for (zone, date, minutes, at) in [
            ("Europe/Berlin", "2026-03-29", day, "2026-03-28T08:00:00Z"),
            ("Europe/Berlin", "2026-03-29", 0, "2026-03-29T07:00:00Z"),
            (
                "Europe/Berlin",
                "2026-03-31",
                7 * day,
                "2026-03-24T08:00:00Z",
            ),
            ("Europe/Berlin", "2026-10-25", day, "2026-10-24T07:00:00Z"),
            (
                "Europe/Berlin",
                "2026-10-25",
                day + 30,
                "2026-10-24T06:30:00Z",
            ),
            // Half an hour.
            (
                "Australia/Lord_Howe",
                "2026-04-05",
                day,
                "2026-04-03T22:00:00Z",
            ),
            (
                "Australia/Lord_Howe",
                "2026-04-05",
                0,
                "2026-04-04T22:30:00Z",
            ),
            // At midnight.
            (
                "America/Santiago",
                "2026-09-06",
                day,
                "2026-09-05T13:00:00Z",
            ),
            ("America/Santiago", "2026-09-06", 0, "2026-09-06T12:00:00Z"),
        ] {
            let due = Due::Date {
                date: date.parse().unwrap(),
            };
            let fires = fires(&due, minutes, &home(zone, None));
            assert_eq!(fires, at, "{zone} {date} - {minutes}");
        }
    }

    #[test]
    fn quiet_hours_end_at_their_hour_and_never_before_they_were_met() {
        for (zone, quiet, due, at) in [
            (
                "Europe/Berlin",
                ("22:00", "07:00"),
                "2026-01-15T23:30:00Z",
                "2026-01-16T06:00:00Z",
            ),
            // Skipped, so at the first moment after.
            (
                "Europe/Berlin",
                ("22:00", "02:30"),
                "2026-03-29T00:10:00Z",
                "2026-03-29T01:00:00Z",
            ),
            // Twice, and met in the first and in the second of the two hours.
            (
                "Europe/Berlin",
                ("22:00", "02:30"),
                "2026-10-25T00:10:00Z",
                "2026-10-25T00:30:00Z",
            ),
            (
                "Europe/Berlin",
                ("22:00", "02:30"),
                "2026-10-25T01:10:00Z",
                "2026-10-25T01:30:00Z",
            ),
            (
                "America/Santiago",
                ("22:00", "00:30"),
                "2026-09-06T02:00:00Z",
                "2026-09-06T04:00:00Z",
            ),
            (
                "Australia/Lord_Howe",
                ("22:00", "01:45"),
                "2026-04-04T15:05:00Z",
                "2026-04-04T15:15:00Z",
            ),
        ] {
            let at_due: Timestamp = due.parse().unwrap();
            let due = Due::Zoned {
                local: at_due.to_zoned(TimeZone::UTC).datetime(),
                zone: "UTC".to_owned(),
            };
            let fires = fires(&due, 0, &home(zone, Some(quiet)));
            assert_eq!(fires, at, "{zone} {quiet:?} {at_due}");
        }
    }
}
