//! Rows of `taskflow.conversations`, `messages` and `tool_calls`. Every statement names the user.

use events::{ChangeSetId, ConversationId, MessageId, Role, TaskId, ToolCallId, UserId};
use jiff_sqlx::{Timestamp, ToSqlx};
use serde_json::value::RawValue;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::model::{Called, Conversation, Message, Planned, Said, ToolCall};

/// A conversation with its title.
pub(crate) struct Titled {
    pub(crate) conversation: Conversation,
    /// Empty where only the log was left.
    pub(crate) title: String,
}

pub(super) struct ConversationRow {
    pub(super) id: Uuid,
    pub(super) title: String,
    pub(super) messages: i64,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) archived_at: Option<Timestamp>,
    pub(super) version: i64,
}

impl From<ConversationRow> for Titled {
    fn from(row: ConversationRow) -> Self {
        Self {
            conversation: Conversation {
                id: ConversationId(row.id),
                messages: row.messages,
                created_at: row.created_at.to_jiff(),
                updated_at: row.updated_at.to_jiff(),
                archived_at: row.archived_at.map(Timestamp::to_jiff),
                version: row.version,
            },
            title: row.title,
        }
    }
}

struct MessageRow {
    id: Uuid,
    conversation_id: Uuid,
    number: i64,
    role: String,
    run_id: Uuid,
    task_ids: Vec<Uuid>,
    created_at: Timestamp,
    content: Option<String>,
    planned: Json<Vec<Planned>>,
}

impl TryFrom<MessageRow> for Said {
    type Error = sqlx::Error;

    fn try_from(row: MessageRow) -> Result<Self, Self::Error> {
        let role = Role::from_name(&row.role)
            .ok_or_else(|| sqlx::Error::Decode("there is no such role".into()))?;
        Ok(Self {
            message: Message {
                id: MessageId(row.id),
                conversation_id: ConversationId(row.conversation_id),
                number: row.number,
                role,
                run_id: row.run_id,
                task_ids: row.task_ids.into_iter().map(TaskId).collect(),
                created_at: row.created_at.to_jiff(),
            },
            content: row.content,
            planned: row.planned.0,
        })
    }
}

struct CallRow {
    id: Uuid,
    conversation_id: Option<Uuid>,
    run_id: Option<String>,
    tool: String,
    is_error: bool,
    change_set_id: Option<Uuid>,
    task_ids: Vec<Uuid>,
    called_at: Timestamp,
    duration_ms: i64,
    input: Option<Json<Box<RawValue>>>,
    result: Option<Json<Box<RawValue>>>,
}

impl From<CallRow> for Called {
    fn from(row: CallRow) -> Self {
        Self {
            call: ToolCall {
                id: ToolCallId(row.id),
                conversation_id: row.conversation_id.map(ConversationId),
                run_id: row.run_id,
                tool: row.tool,
                is_error: row.is_error,
                change_set_id: row.change_set_id.map(ChangeSetId),
                task_ids: row.task_ids.into_iter().map(TaskId).collect(),
                called_at: row.called_at.to_jiff(),
                duration_ms: u32::try_from(row.duration_ms).unwrap_or(u32::MAX),
            },
            input: row.input.map(|json| json.0),
            result: row.result.map(|json| json.0),
        }
    }
}

pub(crate) async fn find(
    db: &mut PgConnection,
    user: UserId,
    id: ConversationId,
) -> sqlx::Result<Option<Titled>> {
    let row = sqlx::query_as!(
        ConversationRow,
        "select id, title, messages, created_at, updated_at, archived_at, version
         from taskflow.conversations where user_id = $1 and id = $2",
        user.0,
        id.0,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Titled::from))
}

/// Writes a conversation as the log has it, whether or not it is there; its title stays.
pub(crate) async fn put(
    db: &mut PgConnection,
    user: UserId,
    conversation: &Conversation,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into taskflow.conversations
            (user_id, id, messages, created_at, updated_at, archived_at, version)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (user_id, id) do update set
            messages = excluded.messages, updated_at = excluded.updated_at,
            archived_at = excluded.archived_at, version = excluded.version",
        user.0,
        conversation.id.0,
        conversation.messages,
        conversation.created_at.to_sqlx(),
        conversation.updated_at.to_sqlx(),
        conversation.archived_at.map(ToSqlx::to_sqlx),
        conversation.version,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn set_title(
    db: &mut PgConnection,
    user: UserId,
    id: ConversationId,
    title: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update taskflow.conversations set title = $3 where user_id = $1 and id = $2",
        user.0,
        id.0,
        title,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Without its text, if none is given.
pub(crate) async fn insert_message(
    db: &mut PgConnection,
    user: UserId,
    message: &Message,
    content: Option<&str>,
    planned: &[Planned],
) -> sqlx::Result<()> {
    let tasks: Vec<Uuid> = message.task_ids.iter().map(|task| task.0).collect();
    sqlx::query!(
        "insert into taskflow.messages
            (user_id, id, conversation_id, number, role, run_id, task_ids, created_at, content,
             planned)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        user.0,
        message.id.0,
        message.conversation_id.0,
        message.number,
        message.role.name(),
        message.run_id,
        &tasks,
        message.created_at.to_sqlx(),
        content,
        Json(planned) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether it is new: what is there already stays as it is.
pub(crate) async fn insert_call(
    db: &mut PgConnection,
    user: UserId,
    call: &ToolCall,
    input: Option<&RawValue>,
    result: Option<&RawValue>,
) -> sqlx::Result<bool> {
    let tasks: Vec<Uuid> = call.task_ids.iter().map(|task| task.0).collect();
    let inserted = sqlx::query!(
        "insert into taskflow.tool_calls
            (user_id, id, conversation_id, run_id, tool, is_error, change_set_id, task_ids,
             called_at, duration_ms, input, result)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text::json, $12::text::json)
         on conflict (user_id, id) do nothing",
        user.0,
        call.id.0,
        call.conversation_id.map(|id| id.0),
        call.run_id,
        call.tool,
        call.is_error,
        call.change_set_id.map(|id| id.0),
        &tasks,
        call.called_at.to_sqlx(),
        i64::from(call.duration_ms),
        input.map(RawValue::get),
        result.map(RawValue::get),
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() > 0)
}

/// The newest messages of a conversation with a number below `before`, newest first.
pub(crate) async fn newest(
    db: &mut PgConnection,
    user: UserId,
    conversation: ConversationId,
    before: i64,
    limit: i64,
) -> sqlx::Result<Vec<Said>> {
    sqlx::query_as!(
        MessageRow,
        r#"select id, conversation_id, number, role, run_id, task_ids, created_at, content,
                  planned as "planned: Json<Vec<Planned>>"
           from taskflow.messages
           where user_id = $1 and conversation_id = $2 and number < $3
           order by number desc limit $4"#,
        user.0,
        conversation.0,
        before,
        limit,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(Said::try_from)
    .collect()
}

/// The messages of a turn, in order.
pub(crate) async fn of_run(
    db: &mut PgConnection,
    user: UserId,
    run: Uuid,
) -> sqlx::Result<Vec<Said>> {
    sqlx::query_as!(
        MessageRow,
        r#"select id, conversation_id, number, role, run_id, task_ids, created_at, content,
                  planned as "planned: Json<Vec<Planned>>"
           from taskflow.messages where user_id = $1 and run_id = $2 order by number"#,
        user.0,
        run,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(Said::try_from)
    .collect()
}

/// What was called in these turns of a conversation, in order.
pub(crate) async fn calls_of_runs(
    db: &mut PgConnection,
    user: UserId,
    conversation: ConversationId,
    runs: &[String],
) -> sqlx::Result<Vec<Called>> {
    let rows = sqlx::query_as!(
        CallRow,
        r#"select id, conversation_id, run_id, tool, is_error, change_set_id, task_ids, called_at,
                  duration_ms, input as "input: Json<Box<RawValue>>",
                  result as "result: Json<Box<RawValue>>"
           from taskflow.tool_calls
           where user_id = $1 and conversation_id = $2 and run_id = any($3)
           order by called_at, id"#,
        user.0,
        conversation.0,
        runs,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Called::from).collect())
}

/// Of these tasks, those that there are.
pub(super) async fn known_tasks(
    db: &mut PgConnection,
    user: UserId,
    tasks: &[Uuid],
) -> sqlx::Result<Vec<Uuid>> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_scalar!(
        "select id from taskflow.tasks where user_id = $1 and id = any($2) order by id",
        user.0,
        tasks,
    )
    .fetch_all(db)
    .await
}
