//! A task as the API shows it.

use events::{Due, Priority, ProjectId, Recurrence, Reminder, TaskId, TaskState};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::precondition::etag;

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Task {
    #[schema(value_type = uuid::Uuid)]
    pub(crate) id: TaskId,
    /// 1 to 200 characters.
    pub(crate) title: String,
    /// Up to 10,000 characters.
    pub(crate) description: String,
    pub(crate) completed: bool,
    pub(crate) priority: Priority,
    /// Sorted, without duplicates.
    pub(crate) tags: Vec<String>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub(crate) project_id: Option<ProjectId>,
    /// The task that this one is a part of; such a task has no parts itself.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub(crate) parent_id: Option<TaskId>,
    /// Where it stands in a list that the person has arranged; smaller is earlier.
    pub(crate) position: f64,
    pub(crate) due: Option<Due>,
    /// The instant after which it is overdue, derived from `due` and the user's zone.
    pub(crate) due_at: Option<Timestamp>,
    /// How it comes again, and which occurrence it is.
    pub(crate) recurrence: Option<Recurrence>,
    pub(crate) reminders: Vec<Reminder>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) completed_at: Option<Timestamp>,
    pub(crate) deleted_at: Option<Timestamp>,
    /// Grows with every event of the task. `If-Match` takes it, in quotes, as well as the ETag,
    /// which tells another `due_at` after a change of the time zone, too.
    pub(crate) version: i64,
}

impl Task {
    /// A due that follows the person to another zone means another instant there, and nothing has
    /// happened to the task.
    pub(crate) fn etag(&self) -> String {
        match (&self.due, self.due_at) {
            (Some(Due::Date { .. } | Due::Floating { .. }), Some(at)) => {
                format!("\"{}-{}\"", self.version, at.as_microsecond())
            }
            _ => etag(self.version),
        }
    }

    /// What a `task.created` event says.
    pub(crate) fn state(&self) -> TaskState {
        TaskState {
            title: self.title.clone(),
            description: self.description.clone(),
            priority: self.priority,
            tags: self.tags.clone(),
            project_id: self.project_id,
            parent_id: self.parent_id,
            position: self.position,
            due: self.due.clone(),
            due_at: self.due_at,
            completed_at: self.completed_at,
            recurrence: self.recurrence.clone(),
            reminders: self.reminders.clone(),
        }
    }
}

#[cfg(test)]
impl Task {
    /// One that says nothing, for tests to fill in.
    pub(crate) fn blank() -> Self {
        Self {
            id: TaskId::generate(),
            title: String::new(),
            description: String::new(),
            completed: false,
            priority: Priority::None,
            tags: Vec::new(),
            project_id: None,
            parent_id: None,
            position: 0.0,
            due: None,
            due_at: None,
            recurrence: None,
            reminders: Vec::new(),
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            completed_at: None,
            deleted_at: None,
            version: 1,
        }
    }
}
