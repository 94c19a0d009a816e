//! What an occurrence takes over from the one before.

use events::{Due, Moment, Recurrence, Reminder, ReminderId, ReminderTime, TaskId};
use jiff::{Timestamp, ToSpan, tz::TimeZone};

use super::next;
use crate::{
    error::ApiError,
    task::{input, model::Task},
};

/// The task as its next occurrence.
pub(super) fn whole(
    task: &Task,
    recurrence: Recurrence,
    now: Timestamp,
    home: &TimeZone,
) -> Result<Task, ApiError> {
    let due = next::due(&recurrence, recurrence.occurrence, home);
    Ok(Task {
        due_at: input::due_at(Some(&due), home)?,
        due: Some(due),
        recurrence: Some(recurrence),
        ..anew(task.clone(), now)
    })
}

/// A part for the next occurrence, to be done again. It is due as many days later as that is, at
/// the same hour.
pub(super) fn part(
    part: Task,
    whole: TaskId,
    days: i32,
    now: Timestamp,
    home: &TimeZone,
) -> Result<Task, ApiError> {
    let due = part.due.clone().map(|due| later(due, days));
    let due = due.filter(|due| next::can_be_due(&Moment::from(due)));
    Ok(Task {
        parent_id: Some(whole),
        due_at: input::due_at(due.as_ref(), home)?,
        due,
        ..anew(part, now)
    })
}

fn later(due: Due, days: i32) -> Due {
    let days = days.days();
    match due {
        Due::Date { date } => Due::Date {
            date: date.saturating_add(days),
        },
        Due::Floating { local } => Due::Floating {
            local: local.saturating_add(days),
        },
        Due::Zoned { local, zone } => Due::Zoned {
            local: local.saturating_add(days),
            zone,
        },
    }
}

fn anew(task: Task, now: Timestamp) -> Task {
    Task {
        id: TaskId::generate(),
        reminders: task.reminders.iter().filter_map(again).collect(),
        completed: false,
        completed_at: None,
        created_at: now,
        updated_at: now,
        version: 1,
        ..task
    }
}

/// A moment comes once, the time before a due again and again.
fn again(reminder: &Reminder) -> Option<Reminder> {
    match reminder.when {
        ReminderTime::Before { .. } => Some(Reminder {
            id: ReminderId::generate(),
            snoozed_until: None,
            ..reminder.clone()
        }),
        ReminderTime::At { .. } => None,
    }
}
