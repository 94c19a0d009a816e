//! What happened: one variant an event type.
//!
//! A payload that creates carries the whole state, every other the fields that
//! changed, before and after: folding them in order of `version` rebuilds the
//! aggregate, and swapping before and after undoes it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    ConversationChanged, ConversationState, Due, MessageState, NotificationChanged,
    NotificationState, ProjectId, Recurrence, Reminder, SCHEMA, TaskId, ToolCallState, Topic,
    upcast::upcast,
};

/// A field's value before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change<T> {
    pub before: T,
    pub after: T,
}

impl<T: PartialEq> Change<T> {
    /// `None` when nothing changed.
    pub fn between(before: T, after: T) -> Option<Self> {
        (before != after).then_some(Self { before, after })
    }
}

#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    #[default]
    None,
    Low,
    Medium,
    High,
    Urgent,
}

/// A task as it was created.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskState {
    pub title: String,
    pub description: String,
    pub priority: Priority,
    pub tags: Vec<String>,
    pub project_id: Option<ProjectId>,
    pub parent_id: Option<TaskId>,
    pub position: f64,
    pub due: Option<Due>,
    /// The instant that `due` meant when the event was written.
    pub due_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<Recurrence>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<Reminder>,
}

impl TaskState {
    pub const MAX_TAGS: usize = 20;
    pub const MAX_TAG_CHARS: usize = 50;
    pub const MAX_REMINDERS: usize = 10;
}

/// The fields of a task that changed; the others are absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TaskChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Change<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Change<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Change<Priority>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Change<Vec<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<Change<Option<ProjectId>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<Change<Option<TaskId>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Change<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Change<Option<Due>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Change<Option<Timestamp>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Change<Option<Timestamp>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Change<Option<Timestamp>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<Change<Option<Recurrence>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reminders: Option<Change<Vec<Reminder>>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskChanged {
    pub changes: TaskChanges,
}

/// A project as it was created.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProjectState {
    pub name: String,
    /// `#rrggbb`.
    pub color: Option<String>,
    pub position: f64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ProjectChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Change<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Change<Option<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Change<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Change<Option<Timestamp>>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProjectChanged {
    pub changes: ProjectChanges,
}

/// A tag as it was created, by name or by the first task that carries it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TagState {
    pub name: String,
    /// `#rrggbb`.
    pub color: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TagChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Change<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Change<Option<String>>>,
}

/// A tag was renamed or recoloured; the tasks that carry it have events of their own. A tag
/// that already had the new name has become one with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TagUpdated {
    /// The name it has now.
    pub name: String,
    pub changes: TagChanges,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TagDeleted {
    pub name: String,
}

/// An account's settings. Its name and e-mail address are never in an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserState {
    /// IANA name.
    pub time_zone: String,
}

/// Which parts of an account changed, and the new value where an event may carry it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct UserChanged {
    /// Field names, sorted.
    pub changed: Vec<String>,
    #[serde(skip_serializing_if = "UserChanges::is_empty")]
    pub changes: UserChanges,
}

/// What of an account an event may tell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct UserChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<Change<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<Change<Value>>,
}

impl UserChanges {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

macro_rules! payloads {
    ($($(#[$doc:meta])* $variant:ident($data:ty) = $name:literal on $topic:ident),* $(,)?) => {
        /// The event type and its data. `event_type` and `data` on the wire.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Payload {
            $($(#[$doc])* $variant($data),)*
            /// A type this version does not know, carried as it came.
            Unknown { event_type: String, data: Value },
        }

        impl Payload {
            /// Every event type this version writes, with the topic it travels on.
            pub const TYPES: &'static [(&'static str, Topic)] = &[$(($name, Topic::$topic)),*];

            pub fn event_type(&self) -> &str {
                match self {
                    $(Self::$variant(_) => $name,)*
                    Self::Unknown { event_type, .. } => event_type,
                }
            }

            /// The topic this payload is published on; `None` for an unknown type.
            pub const fn topic(&self) -> Option<Topic> {
                match self {
                    $(Self::$variant(_) => Some(Topic::$topic),)*
                    Self::Unknown { .. } => None,
                }
            }

            /// The `data` of the wire form.
            pub fn to_data(&self) -> Result<Value, serde_json::Error> {
                match self {
                    $(Self::$variant(data) => serde_json::to_value(data),)*
                    Self::Unknown { data, .. } => Ok(data.clone()),
                }
            }

            /// The `data` of the wire form, as text.
            pub fn to_json(&self) -> Result<String, serde_json::Error> {
                match self {
                    $(Self::$variant(data) => serde_json::to_string(data),)*
                    Self::Unknown { data, .. } => serde_json::to_string(data),
                }
            }

            /// Reads `data` of the current shape; an unknown type is kept whole.
            fn current<'de, D>(event_type: &str, data: D) -> Result<Self, D::Error>
            where
                D: Deserializer<'de>,
            {
                match event_type {
                    $($name => Deserialize::deserialize(data).map(Self::$variant),)*
                    _ => Ok(Self::Unknown {
                        event_type: event_type.to_owned(),
                        data: Value::deserialize(data)?,
                    }),
                }
            }

            pub(crate) fn data_schemas(
                generator: &mut schemars::SchemaGenerator,
            ) -> Vec<(&'static str, schemars::Schema)> {
                vec![$(($name, generator.subschema_for::<$data>())),*]
            }
        }
    };
}

payloads! {
    TaskCreated(TaskState) = "task.created" on Tasks,
    TaskUpdated(TaskChanged) = "task.updated" on Tasks,
    TaskDueChanged(TaskChanged) = "task.due_changed" on Tasks,
    TaskCompleted(TaskChanged) = "task.completed" on Tasks,
    TaskReopened(TaskChanged) = "task.reopened" on Tasks,
    TaskDeleted(TaskChanged) = "task.deleted" on Tasks,
    TaskRestored(TaskChanged) = "task.restored" on Tasks,
    TaskRecurrenceChanged(TaskChanged) = "task.recurrence_changed" on Tasks,
    TaskRemindersChanged(TaskChanged) = "task.reminders_changed" on Tasks,
    ProjectCreated(ProjectState) = "project.created" on Tasks,
    ProjectUpdated(ProjectChanged) = "project.updated" on Tasks,
    ProjectDeleted(ProjectChanged) = "project.deleted" on Tasks,
    /// Its tasks do not come back with it.
    ProjectRestored(ProjectChanged) = "project.restored" on Tasks,
    TagCreated(TagState) = "tag.created" on Tasks,
    TagUpdated(TagUpdated) = "tag.updated" on Tasks,
    TagDeleted(TagDeleted) = "tag.deleted" on Tasks,
    UserCreated(UserState) = "user.created" on Users,
    UserUpdated(UserChanged) = "user.updated" on Users,
    /// Written while the account and all that it owned go.
    UserDeleted(UserChanged) = "user.deleted" on Users,
    NotificationCreated(NotificationState) = "notification.created" on Users,
    NotificationRead(NotificationChanged) = "notification.read" on Users,
    NotificationDeleted(NotificationChanged) = "notification.deleted" on Users,
    ConversationCreated(ConversationState) = "conversation.created" on Conversations,
    ConversationUpdated(ConversationChanged) = "conversation.updated" on Conversations,
    /// Happens to its conversation.
    MessageAdded(MessageState) = "message.added" on Conversations,
    /// An aggregate of its own: most calls belong to no conversation.
    ToolCalled(ToolCallState) = "tool.called" on Conversations,
}

impl Payload {
    /// Reads the `data` of an event of any schema number up to now, and of later ones as far
    /// as they only add to it.
    pub fn read<'de, D>(schema: u32, event_type: &str, data: D) -> Result<Self, D::Error>
    where
        D: Deserializer<'de>,
    {
        if schema >= SCHEMA {
            return Self::current(event_type, data);
        }
        let data = upcast(schema, event_type, Value::deserialize(data)?);
        Self::current(event_type, data).map_err(D::Error::custom)
    }
}

/// The id of the aggregate that a tag event is about: a tag has a name instead of an id,
/// so one is derived from the user and the name (UUIDv5, which every language can compute).
#[must_use]
pub fn tag_aggregate(user: crate::UserId, name: &str) -> Uuid {
    Uuid::new_v5(&user.0, name.as_bytes())
}
