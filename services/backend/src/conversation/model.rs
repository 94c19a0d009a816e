//! A conversation, its messages and tool calls: as the log has them, and the text beside it.

use events::{
    ChangeSetId, ConversationId, MessageId, MessageState, Role, TaskId, ToolCallId, ToolCallState,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::ApiError;

/// Characters.
pub(crate) const MAX_TITLE: usize = 200;
pub(crate) const MAX_MESSAGE: usize = 32_000;
pub(crate) const MAX_ANSWER: usize = 64_000;

/// Bytes of what a tool is given, or answers.
pub(crate) const MAX_JSON_BYTES: usize = 64 * 1024;

const MAX_TOOL_BYTES: usize = 64;

/// A conversation, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conversation {
    pub(crate) id: ConversationId,
    pub(crate) messages: i64,
    pub(crate) created_at: Timestamp,
    /// Of the last message.
    pub(crate) updated_at: Timestamp,
    pub(crate) archived_at: Option<Timestamp>,
    pub(crate) version: i64,
}

impl Conversation {
    /// As the event `conversation.created` says.
    pub(crate) const fn new(id: ConversationId, created_at: Timestamp) -> Self {
        Self {
            id,
            messages: 0,
            created_at,
            updated_at: created_at,
            archived_at: None,
            version: 1,
        }
    }
}

/// A message, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) id: MessageId,
    pub(crate) conversation_id: ConversationId,
    /// 1 for the conversation's first.
    pub(crate) number: i64,
    pub(crate) role: Role,
    pub(crate) run_id: Uuid,
    pub(crate) task_ids: Vec<TaskId>,
    pub(crate) created_at: Timestamp,
}

impl Message {
    /// As the event `message.added` says; the conversation counts it already.
    pub(crate) fn new(
        conversation: &Conversation,
        state: &MessageState,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id: state.message_id,
            conversation_id: conversation.id,
            number: conversation.messages,
            role: state.role,
            run_id: state.run_id,
            task_ids: state.task_ids.clone(),
            created_at,
        }
    }
}

/// A message with its text.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) message: Message,
    /// None where only the log was left.
    pub(crate) content: Option<String>,
    pub(crate) planned: Vec<Planned>,
}

impl Said {
    /// Of these calls, those that it planned.
    pub(crate) fn calls<'a>(&'a self, calls: &'a [Called]) -> impl Iterator<Item = &'a Called> {
        let planned = self.planned.iter();
        planned.filter_map(|planned| calls.iter().find(|called| called.call.id == planned.id))
    }
}

/// A call that the model wants to make.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Planned {
    /// Of the tool call, when it was made.
    #[schema(value_type = Uuid)]
    pub(crate) id: ToolCallId,
    pub(crate) tool: String,
    /// JSON, as the model wrote it.
    pub(crate) input: String,
    /// The model's own name of the call.
    pub(crate) model_call_id: String,
}

/// A tool call, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ToolCall {
    pub(crate) id: ToolCallId,
    pub(crate) conversation_id: Option<ConversationId>,
    pub(crate) run_id: Option<String>,
    pub(crate) tool: String,
    pub(crate) is_error: bool,
    pub(crate) change_set_id: Option<ChangeSetId>,
    pub(crate) task_ids: Vec<TaskId>,
    pub(crate) called_at: Timestamp,
    pub(crate) duration_ms: u32,
}

impl ToolCall {
    /// As the event `tool.called` says.
    pub(crate) fn new(id: ToolCallId, state: &ToolCallState) -> Self {
        Self {
            id,
            conversation_id: state.conversation_id,
            run_id: state.run_id.clone(),
            tool: state.tool.clone(),
            is_error: state.is_error,
            change_set_id: state.change_set_id,
            task_ids: state.task_ids.clone(),
            called_at: state.at,
            duration_ms: state.duration_ms,
        }
    }
}

/// A tool call with what it was given and what it answered.
#[derive(Clone, Debug)]
pub(crate) struct Called {
    pub(crate) call: ToolCall,
    /// JSON; none where only the log was left, like `result`.
    pub(crate) input: Option<Box<RawValue>>,
    pub(crate) result: Option<Box<RawValue>>,
}

/// The name of a tool.
pub(crate) fn tool(name: &str) -> Result<(), ApiError> {
    let is_name = (1..=MAX_TOOL_BYTES).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_graphic());
    if is_name {
        return Ok(());
    }
    Err(ApiError::invalid(
        "tool",
        format!("`tool` must be 1 to {MAX_TOOL_BYTES} visible ASCII characters"),
    ))
}

/// Text that is kept as it is.
pub(crate) fn text(field: &'static str, text: &str, max: usize) -> Result<(), ApiError> {
    if text.contains('\0') {
        let detail = format!("`{field}` must not contain U+0000");
        return Err(ApiError::invalid(field, detail));
    }
    if text.chars().count() > max {
        let detail = format!("`{field}` must not be longer than {max} characters");
        return Err(ApiError::invalid(field, detail));
    }
    Ok(())
}

/// What a tool was given or answered. What is no JSON, or too long, is kept as a JSON text of as
/// much as there is room for.
pub(crate) fn json(text: &str) -> Result<Box<RawValue>, ApiError> {
    let internal = |error: serde_json::Error| ApiError::Internal(error.into());
    if text.len() <= MAX_JSON_BYTES
        && let Ok(value) = RawValue::from_string(text.to_owned())
    {
        return Ok(value);
    }
    // Within the quotes.
    let mut room = MAX_JSON_BYTES - 2;
    let kept: String = text
        .chars()
        .take_while(|c| {
            let left = room.checked_sub(written_size(*c));
            room = left.unwrap_or(0);
            left.is_some()
        })
        .collect();
    serde_json::value::to_raw_value(&kept).map_err(internal)
}

/// Of a character in a JSON text, at most.
const fn written_size(c: char) -> usize {
    match c {
        '\0'..='\u{1f}' => 6,
        '"' | '\\' => 2,
        _ => c.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_tool_answers_is_kept_as_json() {
        let kept = |text: &str| json(text).unwrap().get().to_owned();
        assert_eq!(kept(r#"{"a": 1}"#), r#"{"a": 1}"#);
        assert_eq!(kept("not json"), r#""not json""#);
        assert_eq!(kept("a\0b"), r#""a\u0000b""#);
        let long = format!("[{}]", "1,".repeat(MAX_JSON_BYTES));
        assert!(kept(&long).len() <= MAX_JSON_BYTES);
        for long in ["ä", "\0", "\"", "🦀"] {
            let kept = kept(&long.repeat(MAX_JSON_BYTES));
            assert!(
                (MAX_JSON_BYTES - 8..=MAX_JSON_BYTES).contains(&kept.len()),
                "{long}"
            );
        }
    }
}
