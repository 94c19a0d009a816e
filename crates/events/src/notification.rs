//! That somebody was told something in the app: what it is about, never in which words.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Change, ReminderId, TaskId, WebhookId};

/// A notification as it was created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotificationState {
    pub kind: NotificationKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<TaskId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder_id: Option<ReminderId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_id: Option<WebhookId>,
    /// When what it tells of came about, such as when the reminder was due.
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// A reminder came due.
    Reminder,
    /// A reminder came due, and reached nobody.
    ReminderFailed,
    /// A webhook was switched off.
    WebhookOff,
}

impl NotificationKind {
    pub const ALL: [Self; 3] = [Self::Reminder, Self::ReminderFailed, Self::WebhookOff];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::ReminderFailed => "reminder_failed",
            Self::WebhookOff => "webhook_off",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The fields of a notification that changed; the others are absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct NotificationChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Change<Option<Timestamp>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Change<Option<Timestamp>>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotificationChanged {
    pub changes: NotificationChanges,
}
