//! That something was said or done in a conversation with the agent: never in which words.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Change, ChangeSetId, ConversationId, MessageId, TaskId};

/// A conversation as it was created: empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConversationState {}

/// Which parts of a conversation changed, and the new value where an event may carry it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ConversationChanged {
    /// Field names, sorted.
    pub changed: Vec<String>,
    #[serde(skip_serializing_if = "ConversationChanges::is_empty")]
    pub changes: ConversationChanges,
}

/// What of a conversation an event may tell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ConversationChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Change<Option<Timestamp>>>,
}

impl ConversationChanges {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A message, without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessageState {
    pub message_id: MessageId,
    pub role: Role,
    /// Of the turn that it belongs to.
    pub run_id: Uuid,
    /// How long it is.
    pub characters: u32,
    /// How many tools it calls.
    pub calls: u32,
    /// Which tasks it mentions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub task_ids: Vec<TaskId>,
}

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    User,
    Assistant,
}

impl Role {
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::User, Self::Assistant]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

/// A tool that was called, without what it was given and what it answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ToolCallState {
    pub tool: String,
    /// None outside of a conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// The agent's run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    pub is_error: bool,
    /// What it wrote, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_set_id: Option<ChangeSetId>,
    /// Which tasks it changed, or was about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub task_ids: Vec<TaskId>,
    /// When it was called, and for how long.
    pub at: Timestamp,
    pub duration_ms: u32,
}
