//! How conversations come, grow and change.

use events::{
    Change, ConversationChanged, ConversationChanges, ConversationId, ConversationState, MessageId,
    MessageState, Payload, Role, TaskId,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    model::{Conversation, MAX_TITLE, Message, Planned, Said},
    store,
};
use crate::{error::ApiError, write::Write};

/// Tasks that a message can mention.
pub(crate) const MAX_TASKS: usize = 100;

/// A message before it has its place.
pub(super) struct NewMessage {
    pub(super) role: Role,
    pub(super) run_id: Uuid,
    pub(super) content: String,
    pub(super) planned: Vec<Planned>,
    pub(super) tasks: Vec<Uuid>,
}

/// An empty conversation, named after its first message.
pub(super) async fn create(write: &mut Write, message: &str) -> Result<Conversation, ApiError> {
    let (user, now) = (write.ctx.user, write.ctx.now);
    let conversation = Conversation::new(ConversationId::generate(), now);
    store::put(write.tx(), user, &conversation).await?;
    store::set_title(write.tx(), user, conversation.id, &title(message)).await?;
    let payload = Payload::ConversationCreated(ConversationState {});
    write.record(conversation.id.0, conversation.version, payload);
    Ok(conversation)
}

/// The first line, as far as there is room.
fn title(message: &str) -> String {
    let line = message.trim().lines().next().unwrap_or_default().trim();
    let visible = line.chars().filter(|c| !c.is_control());
    let title: String = visible.take(MAX_TITLE).collect();
    title.trim_end().to_owned()
}

/// Adds a message at the end; tasks that there are not are passed over.
pub(super) async fn add(
    write: &mut Write,
    conversation: &mut Conversation,
    new: NewMessage,
) -> Result<Said, ApiError> {
    if new.tasks.len() > MAX_TASKS {
        let detail = format!("A message mentions at most {MAX_TASKS} tasks");
        return Err(ApiError::invalid("task_ids", detail));
    }
    let (user, now) = (write.ctx.user, write.ctx.now);
    let tasks = store::known_tasks(write.tx(), user, &new.tasks).await?;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let state = MessageState {
        message_id: MessageId::generate(),
        role: new.role,
        run_id: new.run_id,
        characters: count(new.content.chars().count()),
        calls: count(new.planned.len()),
        task_ids: tasks.into_iter().map(TaskId).collect(),
    };
    conversation.messages += 1;
    conversation.updated_at = now;
    conversation.version += 1;
    let message = Message::new(conversation, &state, now);
    store::put(write.tx(), user, conversation).await?;
    let content = Some(new.content);
    store::insert_message(write.tx(), user, &message, content.as_deref(), &new.planned).await?;
    let version = conversation.version;
    write.record(conversation.id.0, version, Payload::MessageAdded(state));
    Ok(Said {
        message,
        content,
        planned: new.planned,
    })
}

/// A new title, and whether it is archived; nothing happens where nothing changes.
pub(super) async fn update(
    write: &mut Write,
    conversation: &mut Conversation,
    title: Option<&str>,
    archived_at: Option<Timestamp>,
) -> Result<(), ApiError> {
    let user = write.ctx.user;
    let archived = Change::between(conversation.archived_at, archived_at);
    let changed: Vec<String> = [
        archived.is_some().then_some("archived_at"),
        title.is_some().then_some("title"),
    ]
    .into_iter()
    .flatten()
    .map(str::to_owned)
    .collect();
    if changed.is_empty() {
        return Ok(());
    }
    conversation.archived_at = archived_at;
    conversation.version += 1;
    store::put(write.tx(), user, conversation).await?;
    if let Some(title) = title {
        store::set_title(write.tx(), user, conversation.id, title).await?;
    }
    let payload = Payload::ConversationUpdated(ConversationChanged {
        changed,
        changes: ConversationChanges {
            archived_at: archived,
        },
    });
    write.record(conversation.id.0, conversation.version, payload);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_named_after_the_first_line_of_its_first_message() {
        assert_eq!(title("  Plan my week \n and more"), "Plan my week");
        assert_eq!(title(&"ä".repeat(300)).chars().count(), MAX_TITLE);
        assert_eq!(title("  \n "), "");
    }
}
