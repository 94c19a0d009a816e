//! That something has come due: what lies on `tasks.scheduling`. It changes nothing by itself
//! and is not in the log; whoever handles it asks the backend what is left to do.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::UserId;

/// A wake-up about one thing of one user. It may come late, twice, or when it is all done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(
    clippy::struct_field_names,
    reason = "their names on the wire, as an event's"
)]
pub struct Trigger {
    /// Also the CloudEvent's id.
    pub trigger_id: Uuid,
    pub trigger_type: TriggerType,
    pub user_id: UserId,
    /// The task, reminder or webhook.
    pub subject_id: Uuid,
    pub due_at: Timestamp,
    pub correlation_id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum TriggerType {
    /// The task's next occurrence is to be made.
    #[serde(rename = "occurrence.due")]
    Occurrence,
    #[serde(rename = "reminder.due")]
    Reminder,
    /// The webhook has events to deliver.
    #[serde(rename = "webhook.due")]
    Webhook,
}

impl TriggerType {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Occurrence => "occurrence.due",
            Self::Reminder => "reminder.due",
            Self::Webhook => "webhook.due",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_written_by_its_name() {
        for trigger in [
            TriggerType::Occurrence,
            TriggerType::Reminder,
            TriggerType::Webhook,
        ] {
            assert_eq!(serde_json::to_value(trigger).unwrap(), trigger.name());
        }
    }
}
