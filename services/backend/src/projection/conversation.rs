//! A conversation with its messages, and a tool call, from their events: all but the text.

use events::{ConversationId, Event, Payload, ToolCallId};

use super::fold::{Broken, follows, set};
use crate::conversation::model::{Conversation, Message, ToolCall};

/// A conversation as far as it is folded.
#[derive(Default)]
pub(crate) struct Folded {
    pub(crate) conversation: Option<Conversation>,
    pub(crate) messages: Vec<Message>,
}

impl Folded {
    pub(crate) fn apply(&mut self, event: &Event) -> Result<(), Broken> {
        let Some(conversation) = &mut self.conversation else {
            self.conversation = created(event)?;
            return Ok(());
        };
        let version = follows(event, conversation.version)?;
        match &event.payload {
            Payload::ConversationUpdated(told) => {
                let archived_at = told.changes.archived_at.as_ref();
                let field = &mut conversation.archived_at;
                set(event, "archived_at", field, archived_at)?;
            }
            Payload::MessageAdded(state) => {
                conversation.messages += 1;
                conversation.updated_at = event.timestamp;
                let message = Message::new(conversation, state, event.timestamp);
                self.messages.push(message);
            }
            // Of a later version, which this one cannot show.
            Payload::Unknown { .. } => {}
            _ => {
                return Err(Broken::new(
                    event,
                    "it is not about a conversation that exists",
                ));
            }
        }
        conversation.version = version;
        Ok(())
    }
}

fn created(event: &Event) -> Result<Option<Conversation>, Broken> {
    match &event.payload {
        Payload::ConversationCreated(_) => {}
        // Of a later version, which this one cannot show.
        Payload::Unknown { .. } => return Ok(None),
        _ => {
            return Err(Broken::new(
                event,
                "the conversation was not created before",
            ));
        }
    }
    follows(event, 0)?;
    let id = ConversationId(event.aggregate_id);
    Ok(Some(Conversation::new(id, event.timestamp)))
}

/// A call happens once.
pub(crate) fn called(call: &mut Option<ToolCall>, event: &Event) -> Result<(), Broken> {
    match &event.payload {
        Payload::ToolCalled(state) if call.is_none() => {
            follows(event, 0)?;
            *call = Some(ToolCall::new(ToolCallId(event.aggregate_id), state));
            Ok(())
        }
        // Of a later version, which this one cannot show.
        Payload::Unknown { .. } => Ok(()),
        _ => Err(Broken::new(event, "the tool was called before")),
    }
}
