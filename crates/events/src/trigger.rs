//! That something has come due: what lies on `tasks.scheduling`. It changes nothing by itself
//! and is not in the log; whoever handles it asks the backend what is left to do.

use std::iter;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::UserId;

/// A wake-up about one thing of one user, or about many of their tasks. It may come late, twice, or
/// when it is all done.
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
    /// Further tasks whose next occurrences are to be made: what comes due together is done
    /// together. Whoever does not know of them leaves them to be told of again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Uuid>,
    /// When the first of them has come due.
    pub due_at: Timestamp,
    pub correlation_id: String,
}

impl Trigger {
    /// All that it is about.
    pub fn subjects(&self) -> impl Iterator<Item = Uuid> {
        iter::once(self.subject_id).chain(self.others.iter().copied())
    }
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
    use serde_json::json;

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

    #[test]
    fn one_thing_is_written_and_read_as_before_there_were_others() {
        let one = Trigger {
            trigger_id: Uuid::now_v7(),
            trigger_type: TriggerType::Reminder,
            user_id: UserId::generate(),
            subject_id: Uuid::now_v7(),
            others: Vec::new(),
            due_at: Timestamp::UNIX_EPOCH,
            correlation_id: "c-1".to_owned(),
        };
        let written = json!({
            "trigger_id": one.trigger_id, "trigger_type": "reminder.due", "user_id": one.user_id,
            "subject_id": one.subject_id, "due_at": "1970-01-01T00:00:00Z",
            "correlation_id": "c-1",
        });
        assert_eq!(serde_json::to_value(&one).unwrap(), written);
        assert_eq!(serde_json::from_value::<Trigger>(written).unwrap(), one);
    }
}
