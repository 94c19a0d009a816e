//! That something changed, without what it changed to.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{Event, EventId, Payload};

/// What sockets carry: `{"type","data","timestamp"}`, no text of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Notice {
    #[serde(rename = "type")]
    pub event_type: String,
    pub data: NoticeData,
    pub timestamp: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoticeData {
    pub event_id: EventId,
    pub seq: u64,
    /// The aggregate: a task for `task.*`, a project for `project.*`, a conversation for
    /// `message.*`, and so on.
    pub task_id: Uuid,
    pub version: u64,
    /// Names of the fields that changed, sorted; empty when the whole aggregate is new or gone.
    pub changed: Vec<String>,
    pub correlation_id: String,
}

impl Notice {
    pub fn of(event: &Event) -> Self {
        Self {
            event_type: event.payload.event_type().to_owned(),
            data: NoticeData {
                event_id: event.id,
                seq: event.seq,
                task_id: event.aggregate_id,
                version: event.version,
                changed: event.payload.changed_fields(),
                correlation_id: event.correlation_id.clone(),
            },
            timestamp: event.timestamp,
        }
    }
}

impl Payload {
    /// Names of the fields that changed, sorted; empty when the whole aggregate is new or gone.
    pub fn changed_fields(&self) -> Vec<String> {
        match self {
            Self::UserUpdated(user) => return user.changed.clone(),
            Self::ConversationUpdated(conversation) => return conversation.changed.clone(),
            // Most events are of this kind, and a whole aggregate is the most to look through.
            _ if self.event_type().ends_with(".created") => return Vec::new(),
            _ => {}
        }
        let data = self.to_data().unwrap_or_default();
        let Some(Value::Object(changes)) = data.get("changes") else {
            return Vec::new();
        };
        let mut names: Vec<_> = changes.keys().cloned().collect();
        names.sort_unstable();
        names
    }
}
