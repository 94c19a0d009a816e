//! When somebody wants to be told of a task, and how.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ReminderId;

/// One of a task's reminders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reminder {
    #[cfg_attr(feature = "openapi", schema(value_type = uuid::Uuid))]
    pub id: ReminderId,
    pub when: ReminderTime,
    /// Sorted; empty for those of the person's settings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Channel>,
    /// Told of it, the person asked to be told again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_until: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ReminderTime {
    /// So long before the task is due. For a whole day, before the hour at which the person
    /// wants to hear of such tasks; whole days of it end at that hour, too.
    Before {
        minutes: u32,
    },
    At {
        at: Timestamp,
    },
}

impl ReminderTime {
    /// A year.
    pub const MAX_MINUTES: u32 = 366 * 24 * 60;
}

/// A way to reach somebody.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    InApp,
    Email,
    Push,
    Webhook,
}

impl Channel {
    pub const ALL: [Self; 4] = [Self::InApp, Self::Email, Self::Push, Self::Webhook];

    pub const fn name(self) -> &'static str {
        match self {
            Self::InApp => "in_app",
            Self::Email => "email",
            Self::Push => "push",
            Self::Webhook => "webhook",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }
}
