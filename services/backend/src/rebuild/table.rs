//! The tables that are a fold of the log.

/// A table as far as the log knows it.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// Of its rows.
    pub(super) key: &'static [&'static str],
    /// All other columns; of conversations, messages and tool calls all but the text.
    pub(super) fields: &'static [&'static str],
}

pub(super) const PROFILES: Table = Table {
    name: "profiles",
    key: &["user_id"],
    fields: &["time_zone", "settings", "version"],
};

pub(super) const TAGS: Table = Table {
    name: "tags",
    key: &["user_id", "name"],
    fields: &["color", "created_at"],
};

pub(super) const PROJECTS: Table = Table {
    name: "projects",
    key: &["user_id", "id"],
    fields: &[
        "name",
        "color",
        "position",
        "created_at",
        "updated_at",
        "deleted_at",
        "version",
    ],
};

pub(super) const TASKS: Table = Table {
    name: "tasks",
    key: &["user_id", "id"],
    fields: &[
        "project_id",
        "parent_id",
        "title",
        "description",
        "priority",
        "tags",
        "position",
        "due",
        "due_at",
        "recurrence",
        "reminders",
        "created_at",
        "updated_at",
        "completed_at",
        "deleted_at",
        "version",
    ],
};

pub(super) const AGENDA: Table = Table {
    name: "agenda",
    key: &["user_id", "kind", "subject_id"],
    fields: &["task_id", "due_at"],
};

pub(super) const NOTIFICATIONS: Table = Table {
    name: "notifications",
    key: &["user_id", "id"],
    fields: &[
        "kind",
        "task_id",
        "reminder_id",
        "webhook_id",
        "at",
        "created_at",
        "read_at",
        "deleted_at",
        "version",
    ],
};

pub(super) const CONVERSATIONS: Table = Table {
    name: "conversations",
    key: &["user_id", "id"],
    fields: &[
        "messages",
        "created_at",
        "updated_at",
        "archived_at",
        "version",
    ],
};

pub(super) const MESSAGES: Table = Table {
    name: "messages",
    key: &["user_id", "id"],
    fields: &[
        "conversation_id",
        "number",
        "role",
        "run_id",
        "task_ids",
        "created_at",
    ],
};

pub(super) const TOOL_CALLS: Table = Table {
    name: "tool_calls",
    key: &["user_id", "id"],
    fields: &[
        "conversation_id",
        "run_id",
        "tool",
        "is_error",
        "change_set_id",
        "task_ids",
        "called_at",
        "duration_ms",
    ],
};

/// What is pointed at comes before what points at it.
pub(super) const ALL: [&Table; 9] = [
    &PROFILES,
    &TAGS,
    &PROJECTS,
    &TASKS,
    &AGENDA,
    &NOTIFICATIONS,
    &CONVERSATIONS,
    &MESSAGES,
    &TOOL_CALLS,
];

impl Table {
    /// All columns, in the order of the rows that are copied.
    pub(super) fn columns(&self) -> String {
        [self.key, self.fields].concat().join(", ")
    }

    pub(super) fn key(&self) -> String {
        self.key.join(", ")
    }

    /// The fields as one row value.
    pub(super) fn fields_of(&self, alias: &str) -> String {
        let fields = self.fields.iter().map(|field| format!("{alias}.{field}"));
        format!("row({})", fields.collect::<Vec<_>>().join(", "))
    }
}
