//! Rows in the text format of `copy`.

use std::fmt::Write;

use events::TaskId;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    shadow::Chunk,
    table::{self, Table},
};
use crate::{
    agenda::Entry,
    conversation::model::{Conversation, Message, ToolCall},
    notification::model::Notification,
    project::model::Project,
    projection::{profile::Profile, tag::Tag},
    task::{model::Task, store::priority_number},
};

/// Rows go to Postgres in pieces of about this size.
const CHUNK_BYTES: usize = 256 * 1024;

/// Rows of one table that are still to be copied.
pub(super) struct Rows {
    table: &'static Table,
    text: String,
}

impl Rows {
    pub(super) const fn of(table: &'static Table) -> Self {
        Self {
            table,
            text: String::new(),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.text.len() >= CHUNK_BYTES
    }

    /// What there is, if there is anything.
    pub(super) fn take(&mut self) -> Option<Chunk> {
        (!self.text.is_empty()).then(|| Chunk {
            table: self.table,
            rows: std::mem::take(&mut self.text).into_bytes(),
        })
    }

    fn row(&mut self, user: Uuid) -> Row<'_> {
        let _ = write!(self.text, "{user}");
        Row(&mut self.text)
    }
}

/// A row to which fields are added in the order of the table's columns.
struct Row<'a>(&'a mut String);

impl Row<'_> {
    /// Text that needs no escaping.
    fn plain(self, value: impl std::fmt::Display) -> Self {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "\t{value}");
        self
    }

    fn text(self, value: &str) -> Self {
        self.0.push('\t');
        escape(self.0, value);
        self
    }

    fn optional<T>(self, value: Option<T>, add: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => add(self, value),
            None => self.plain("\\N"),
        }
    }

    fn time(self, value: Option<Timestamp>) -> Self {
        self.optional(value, Row::plain)
    }

    /// An array of text.
    fn list(self, values: &[String]) -> Self {
        let mut array = String::from("{");
        for (at, value) in values.iter().enumerate() {
            array.push_str(if at == 0 { "\"" } else { ",\"" });
            for c in value.chars() {
                if matches!(c, '"' | '\\') {
                    array.push('\\');
                }
                array.push(c);
            }
            array.push('"');
        }
        array.push('}');
        self.text(&array)
    }

    /// An array of ids.
    fn ids(self, ids: &[TaskId]) -> Self {
        let ids: Vec<_> = ids.iter().map(TaskId::to_string).collect();
        self.plain(format_args!("{{{}}}", ids.join(",")))
    }

    fn end(self) {
        self.0.push('\n');
    }
}

fn escape(row: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            '\\' => row.push_str("\\\\"),
            '\t' => row.push_str("\\t"),
            '\n' => row.push_str("\\n"),
            '\r' => row.push_str("\\r"),
            _ => row.push(c),
        }
    }
}

pub(super) fn profile(rows: &mut Rows, user: Uuid, profile: &Profile) {
    rows.row(user)
        .text(&profile.time_zone)
        .text(&profile.settings.to_string())
        .plain(profile.version)
        .end();
}

pub(super) fn tag(rows: &mut Rows, user: Uuid, name: &str, tag: &Tag) {
    rows.row(user)
        .text(name)
        .optional(tag.color.as_deref(), Row::text)
        .plain(tag.created_at)
        .end();
}

pub(super) fn project(rows: &mut Rows, user: Uuid, project: &Project) {
    rows.row(user)
        .plain(project.id)
        .text(&project.name)
        .optional(project.color.as_deref(), Row::text)
        .plain(project.position)
        .plain(project.created_at)
        .plain(project.updated_at)
        .time(project.deleted_at)
        .plain(project.version)
        .end();
}

pub(super) fn task(rows: &mut Rows, user: Uuid, task: &Task) -> serde_json::Result<()> {
    let due = task.due.as_ref().map(serde_json::to_string).transpose()?;
    let recurrence = task.recurrence.as_ref();
    let recurrence = recurrence.map(serde_json::to_string).transpose()?;
    rows.row(user)
        .plain(task.id)
        .optional(task.project_id, Row::plain)
        .optional(task.parent_id, Row::plain)
        .text(&task.title)
        .text(&task.description)
        .plain(priority_number(task.priority))
        .list(&task.tags)
        .plain(task.position)
        .optional(due.as_deref(), Row::text)
        .time(task.due_at)
        .optional(recurrence.as_deref(), Row::text)
        .text(&serde_json::to_string(&task.reminders)?)
        .plain(task.created_at)
        .plain(task.updated_at)
        .time(task.completed_at)
        .time(task.deleted_at)
        .plain(task.version)
        .end();
    Ok(())
}

pub(super) fn entry(rows: &mut Rows, user: Uuid, task: &Task, entry: &Entry) {
    rows.row(user)
        .plain(entry.kind.name())
        .plain(entry.subject)
        .plain(task.id)
        .plain(entry.due_at)
        .end();
}

pub(super) fn notification(rows: &mut Rows, user: Uuid, notification: &Notification) {
    rows.row(user)
        .plain(notification.id)
        .plain(notification.kind.name())
        .optional(notification.task_id, Row::plain)
        .optional(notification.reminder_id, Row::plain)
        .optional(notification.webhook_id, Row::plain)
        .plain(notification.at)
        .plain(notification.created_at)
        .time(notification.read_at)
        .time(notification.deleted_at)
        .plain(notification.version)
        .end();
}

pub(super) fn conversation(rows: &mut Rows, user: Uuid, conversation: &Conversation) {
    rows.row(user)
        .plain(conversation.id)
        .plain(conversation.messages)
        .plain(conversation.created_at)
        .plain(conversation.updated_at)
        .time(conversation.archived_at)
        .plain(conversation.version)
        .end();
}

pub(super) fn message(rows: &mut Rows, user: Uuid, message: &Message) {
    rows.row(user)
        .plain(message.id)
        .plain(message.conversation_id)
        .plain(message.number)
        .plain(message.role.name())
        .plain(message.run_id)
        .ids(&message.task_ids)
        .plain(message.created_at)
        .end();
}

pub(super) fn tool_call(rows: &mut Rows, user: Uuid, call: &ToolCall) {
    rows.row(user)
        .plain(call.id)
        .optional(call.conversation_id, Row::plain)
        .optional(call.run_id.as_deref(), Row::text)
        .text(&call.tool)
        .plain(call.is_error)
        .optional(call.change_set_id, Row::plain)
        .ids(&call.task_ids)
        .plain(call.called_at)
        .plain(call.duration_ms)
        .end();
}

/// One buffer a table.
pub(super) struct Buffers {
    pub(super) profiles: Rows,
    pub(super) tags: Rows,
    pub(super) projects: Rows,
    pub(super) tasks: Rows,
    pub(super) agenda: Rows,
    pub(super) notifications: Rows,
    pub(super) conversations: Rows,
    pub(super) messages: Rows,
    pub(super) tool_calls: Rows,
}

impl Buffers {
    pub(super) const fn new() -> Self {
        Self {
            profiles: Rows::of(&table::PROFILES),
            tags: Rows::of(&table::TAGS),
            projects: Rows::of(&table::PROJECTS),
            tasks: Rows::of(&table::TASKS),
            agenda: Rows::of(&table::AGENDA),
            notifications: Rows::of(&table::NOTIFICATIONS),
            conversations: Rows::of(&table::CONVERSATIONS),
            messages: Rows::of(&table::MESSAGES),
            tool_calls: Rows::of(&table::TOOL_CALLS),
        }
    }

    pub(super) fn each(&mut self) -> [&mut Rows; 9] {
        [
            &mut self.profiles,
            &mut self.tags,
            &mut self.projects,
            &mut self.tasks,
            &mut self.agenda,
            &mut self.notifications,
            &mut self.conversations,
            &mut self.messages,
            &mut self.tool_calls,
        ]
    }
}
