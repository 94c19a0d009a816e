//! A task, from its events.

use events::{Due, Event, Payload, TaskChanges, TaskId, TaskState};

use super::{
    fold::{Broken, follows, set},
    profile::Settled,
};
use crate::task::{input, model::Task};

/// A task as far as it was folded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Folded {
    task: Option<Task>,
    /// Of the event that last said when it is due.
    due_seq: u64,
    /// Of the event that last said which instant its due means.
    due_at_seq: u64,
}

impl Folded {
    pub(crate) fn apply(&mut self, event: &Event) -> Result<(), Broken> {
        let Some(task) = &mut self.task else {
            return self.create(event);
        };
        let version = follows(event, task.version)?;
        match &event.payload {
            Payload::TaskUpdated(changed)
            | Payload::TaskDueChanged(changed)
            | Payload::TaskCompleted(changed)
            | Payload::TaskReopened(changed)
            | Payload::TaskDeleted(changed)
            | Payload::TaskRestored(changed)
            | Payload::TaskRecurrenceChanged(changed)
            | Payload::TaskRemindersChanged(changed) => {
                change(task, event, &changed.changes)?;
                if changed.changes.due.is_some() {
                    self.due_seq = event.seq;
                }
                if changed.changes.due_at.is_some() {
                    self.due_at_seq = event.seq;
                }
            }
            // Of a later version, which this one cannot show.
            Payload::Unknown { .. } => {}
            _ => return Err(Broken::new(event, "it is not about a task that exists")),
        }
        task.version = version;
        task.updated_at = event.timestamp;
        Ok(())
    }

    fn create(&mut self, event: &Event) -> Result<(), Broken> {
        let state = match &event.payload {
            Payload::TaskCreated(state) => state,
            // Of a later version, which this one cannot show.
            Payload::Unknown { .. } => return Ok(()),
            _ => return Err(Broken::new(event, "the task was not created before")),
        };
        let version = follows(event, 0)?;
        self.task = Some(created(event, state, version));
        self.due_seq = event.seq;
        self.due_at_seq = event.seq;
        Ok(())
    }

    /// The task as it was for somebody who had settled there; `None` if it did not exist yet.
    pub(crate) fn finish(self, settled: &Settled) -> Option<Task> {
        let mut task = self.task?;
        let is_stale = match task.due {
            // What is local moved with the person; the events before the move do not know.
            Some(Due::Date { .. } | Due::Floating { .. }) => self.due_at_seq < settled.since,
            // It means the instant that something local meant after such a move.
            Some(Due::Zoned { .. }) => self.due_at_seq < self.due_seq,
            None => false,
        };
        if is_stale {
            task.due_at = input::due_at(task.due.as_ref(), &settled.home.zone)
                .ok()
                .flatten();
        }
        Some(task)
    }
}

fn created(event: &Event, state: &TaskState, version: i64) -> Task {
    let state = state.clone();
    Task {
        id: TaskId(event.aggregate_id),
        title: state.title,
        description: state.description,
        completed: state.completed_at.is_some(),
        priority: state.priority,
        tags: state.tags,
        project_id: state.project_id,
        parent_id: state.parent_id,
        position: state.position,
        due: state.due,
        due_at: state.due_at,
        recurrence: state.recurrence,
        reminders: state.reminders,
        created_at: event.timestamp,
        updated_at: event.timestamp,
        completed_at: state.completed_at,
        deleted_at: None,
        version,
    }
}

fn change(task: &mut Task, event: &Event, changes: &TaskChanges) -> Result<(), Broken> {
    set(event, "title", &mut task.title, changes.title.as_ref())?;
    set(
        event,
        "description",
        &mut task.description,
        changes.description.as_ref(),
    )?;
    set(
        event,
        "priority",
        &mut task.priority,
        changes.priority.as_ref(),
    )?;
    set(event, "tags", &mut task.tags, changes.tags.as_ref())?;
    set(
        event,
        "project_id",
        &mut task.project_id,
        changes.project_id.as_ref(),
    )?;
    set(
        event,
        "parent_id",
        &mut task.parent_id,
        changes.parent_id.as_ref(),
    )?;
    set(
        event,
        "position",
        &mut task.position,
        changes.position.as_ref(),
    )?;
    set(event, "due", &mut task.due, changes.due.as_ref())?;
    set(
        event,
        "completed_at",
        &mut task.completed_at,
        changes.completed_at.as_ref(),
    )?;
    set(
        event,
        "deleted_at",
        &mut task.deleted_at,
        changes.deleted_at.as_ref(),
    )?;
    set(
        event,
        "recurrence",
        &mut task.recurrence,
        changes.recurrence.as_ref(),
    )?;
    set(
        event,
        "reminders",
        &mut task.reminders,
        changes.reminders.as_ref(),
    )?;
    // Not compared: a move to another zone changed it without an event of the task.
    if let Some(due_at) = &changes.due_at {
        task.due_at = due_at.after;
    }
    task.completed = task.completed_at.is_some();
    Ok(())
}
