//! What a client may say about a reminder.

use events::{Channel, Reminder, ReminderId, ReminderTime, TaskState};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::error::ApiError;

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReminder {
    /// `before`: at most a year before the task is due. `at`: a moment that lies ahead.
    pub(crate) when: ReminderTime,
    /// Absent or empty: those of the profile's settings.
    #[serde(default)]
    pub(crate) channels: Option<Vec<Channel>>,
}

impl NewReminder {
    fn check(self, now: Timestamp) -> Result<Reminder, ApiError> {
        match self.when {
            ReminderTime::Before { minutes } if minutes > ReminderTime::MAX_MINUTES => {
                return Err(ApiError::invalid(
                    "when.minutes",
                    "A reminder must not come more than a year before",
                ));
            }
            ReminderTime::At { at } => check_ahead("when.at", at, now)?,
            ReminderTime::Before { .. } => {}
        }
        let mut channels = self.channels.unwrap_or_default();
        channels.sort_unstable();
        channels.dedup();
        Ok(Reminder {
            id: ReminderId::generate(),
            when: self.when,
            channels,
            snoozed_until: None,
        })
    }
}

/// A moment that is still to come, within the years that a due may lie in.
pub(super) fn check_ahead(
    field: &'static str,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), ApiError> {
    if at <= now {
        let detail = format!("`{field}` must lie ahead");
        return Err(ApiError::invalid(field, detail));
    }
    if at.to_zoned(jiff::tz::TimeZone::UTC).year() > 9000 {
        let detail = format!("`{field}` must not lie after the year 9000");
        return Err(ApiError::invalid(field, detail));
    }
    Ok(())
}

/// The reminders of a task in the place of those that it has; one that is there already, stays.
pub(crate) fn reminders(
    new: Vec<NewReminder>,
    current: &[Reminder],
    now: Timestamp,
) -> Result<Vec<Reminder>, ApiError> {
    check_number(new.len())?;
    let mut kept = current.to_vec();
    new.into_iter()
        .enumerate()
        .map(|(index, new)| {
            let mut channels = new.channels.clone().unwrap_or_default();
            channels.sort_unstable();
            channels.dedup();
            let is_same = |old: &Reminder| old.when == new.when && old.channels == channels;
            if let Some(index) = kept.iter().position(is_same) {
                return Ok(kept.swap_remove(index));
            }
            let place = format!("reminders[{index}]");
            new.check(now).map_err(|error| error.within(&place))
        })
        .collect()
}

/// One reminder more.
pub(super) fn added(
    new: NewReminder,
    current: &[Reminder],
    now: Timestamp,
) -> Result<Reminder, ApiError> {
    check_number(current.len() + 1)?;
    new.check(now)
}

fn check_number(number: usize) -> Result<(), ApiError> {
    let max = TaskState::MAX_REMINDERS;
    if number <= max {
        return Ok(());
    }
    let detail = format!("A task must not have more than {max} reminders");
    Err(ApiError::invalid("reminders", detail))
}
