//! Whether a request could have given an event its values.

use events::{
    Due, Payload, ProjectChanges, Recurrence, Reminder, TaskChanges, TaskState, ToolCallState,
    UserChanges,
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use crate::{
    conversation,
    error::ApiError,
    http::{access::is_run_id, patch::Patch},
    profile, project,
    reminder::input::{NewReminder, reminders},
    task::input,
};

/// What was there before is compared by the fold.
pub(super) fn check(payload: &Payload) -> Result<(), ApiError> {
    match payload {
        Payload::TaskCreated(state) => task(state),
        Payload::TaskUpdated(changed)
        | Payload::TaskDueChanged(changed)
        | Payload::TaskCompleted(changed)
        | Payload::TaskReopened(changed)
        | Payload::TaskDeleted(changed)
        | Payload::TaskRestored(changed)
        | Payload::TaskRecurrenceChanged(changed)
        | Payload::TaskRemindersChanged(changed) => task_changes(&changed.changes),
        Payload::ProjectCreated(state) => {
            project_name(&state.name)?;
            color(state.color.as_ref())?;
            input::position(state.position).map(drop)
        }
        Payload::ProjectUpdated(changed)
        | Payload::ProjectDeleted(changed)
        | Payload::ProjectRestored(changed) => project_changes(&changed.changes),
        Payload::TagCreated(state) => {
            tag(&state.name)?;
            color(state.color.as_ref())
        }
        Payload::TagUpdated(updated) => {
            tag(&updated.name)?;
            let after = updated.changes.color.as_ref().map(|change| &change.after);
            color(after.and_then(Option::as_ref))
        }
        Payload::TagDeleted(deleted) => tag(&deleted.name),
        Payload::UserCreated(state) => zone(&state.time_zone),
        Payload::UserUpdated(updated) => user_changes(&updated.changes),
        Payload::ToolCalled(state) => called(state),
        Payload::ConversationCreated(_)
        | Payload::ConversationUpdated(_)
        | Payload::MessageAdded(_)
        | Payload::UserDeleted(_)
        | Payload::NotificationCreated(_)
        | Payload::NotificationRead(_)
        | Payload::NotificationDeleted(_)
        | Payload::Unknown { .. } => Ok(()),
    }
}

fn task(state: &TaskState) -> Result<(), ApiError> {
    title(&state.title)?;
    input::description(state.description.clone())?;
    tags(&state.tags)?;
    input::position(state.position)?;
    due(state.due.as_ref())?;
    moment("due_at", state.due_at)?;
    moment("completed_at", state.completed_at)?;
    recurrence(state.recurrence.as_ref())?;
    remind(&state.reminders)
}

fn task_changes(changes: &TaskChanges) -> Result<(), ApiError> {
    if let Some(change) = &changes.title {
        title(&change.after)?;
    }
    if let Some(change) = &changes.description {
        input::description(change.after.clone())?;
    }
    if let Some(change) = &changes.tags {
        tags(&change.after)?;
    }
    if let Some(change) = &changes.position {
        input::position(change.after)?;
    }
    if let Some(change) = &changes.due {
        due(change.after.as_ref())?;
    }
    for (field, change) in [
        ("due_at", &changes.due_at),
        ("completed_at", &changes.completed_at),
        ("deleted_at", &changes.deleted_at),
    ] {
        moment(field, change.as_ref().and_then(|change| change.after))?;
    }
    if let Some(change) = &changes.recurrence {
        recurrence(change.after.as_ref())?;
    }
    if let Some(change) = &changes.reminders {
        remind(&change.after)?;
    }
    Ok(())
}

fn project_changes(changes: &ProjectChanges) -> Result<(), ApiError> {
    if let Some(change) = &changes.name {
        project_name(&change.after)?;
    }
    if let Some(change) = &changes.color {
        color(change.after.as_ref())?;
    }
    if let Some(change) = &changes.position {
        input::position(change.after)?;
    }
    Ok(())
}

fn user_changes(changes: &UserChanges) -> Result<(), ApiError> {
    if let Some(change) = &changes.time_zone {
        zone(&change.after)?;
    }
    match changes.settings.as_ref().map(|change| &change.after) {
        Some(Value::Object(settings)) => {
            profile::check_settings(settings)?;
            if settings.values().all(profile::is_as_kept) {
                return Ok(());
            }
            let detail = "the settings are not written as they are kept";
            Err(ApiError::invalid("settings", detail))
        }
        Some(_) => Err(ApiError::invalid("settings", "the settings are no object")),
        None => Ok(()),
    }
}

fn called(state: &ToolCallState) -> Result<(), ApiError> {
    conversation::model::tool(&state.tool)?;
    if state.run_id.as_deref().is_none_or(is_run_id) {
        Ok(())
    } else {
        Err(ApiError::invalid("run_id", "`run_id` is none"))
    }
}

fn title(text: &str) -> Result<(), ApiError> {
    kept("title", text, &input::title(text)?)
}

fn project_name(text: &str) -> Result<(), ApiError> {
    kept("name", text, &project::model::name(text)?)
}

fn tags(names: &[String]) -> Result<(), ApiError> {
    names.iter().try_for_each(|name| tag(name))?;
    input::tags(names.to_vec()).map(drop)
}

fn tag(name: &str) -> Result<(), ApiError> {
    kept("tag", name, &input::tag(name)?)
}

fn color(color: Option<&String>) -> Result<(), ApiError> {
    let Some(color) = color else {
        return Ok(());
    };
    let checked = project::model::color(Some(color.clone()))?;
    kept("color", color, &checked.unwrap_or_default())
}

/// A request's text is tidied before it is kept.
fn kept(field: &str, text: &str, tidy: &str) -> Result<(), ApiError> {
    if text == tidy {
        return Ok(());
    }
    let detail = format!("`{field}` is not written as it is kept");
    Err(ApiError::invalid(field, detail))
}

fn due(due: Option<&Due>) -> Result<(), ApiError> {
    let due = due.cloned().map_or(Patch::Null, Patch::Value);
    let due = input::due(due, Patch::Absent, None, &TimeZone::UTC)?;
    input::due_at(due.as_ref(), &TimeZone::UTC).map(drop)
}

/// Postgres keeps microseconds.
fn moment(field: &str, at: Option<Timestamp>) -> Result<(), ApiError> {
    if at.is_none_or(|at| at.subsec_nanosecond() % 1_000 == 0) {
        return Ok(());
    }
    let detail = format!("`{field}` is finer than a microsecond");
    Err(ApiError::invalid(field, detail))
}

fn zone(name: &str) -> Result<(), ApiError> {
    let found = events::find_zone(name);
    found
        .map(drop)
        .map_err(|error| ApiError::invalid("time_zone", error.to_string()))
}

fn recurrence(recurrence: Option<&Recurrence>) -> Result<(), ApiError> {
    let Some(recurrence) = recurrence else {
        return Ok(());
    };
    if recurrence.rule.parse::<recurrence::Rule>().is_err() {
        return Err(ApiError::invalid(
            "rule",
            "its rule is none that there can be",
        ));
    }
    recurrence.zone.as_deref().map_or(Ok(()), zone)
}

/// Their times may have passed.
fn remind(list: &[Reminder]) -> Result<(), ApiError> {
    let list = list.iter().map(|reminder| NewReminder {
        when: reminder.when,
        channels: Some(reminder.channels.clone()),
    });
    reminders(list.collect(), &[], Timestamp::MIN).map(drop)
}
