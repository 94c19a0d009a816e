//! What was said in conversations: in the rows alone, and so in lines of its own.

use events::UserId;
use serde_json::value::RawValue;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::line::Words;
use crate::{
    conversation::{
        model::{self, MAX_ANSWER, MAX_JSON_BYTES, MAX_TITLE, Planned},
        turn,
    },
    error::ApiError,
};

/// Something of which the log knows all but the text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spoken {
    Conversation(Uuid),
    Message(Uuid),
    ToolCall(Uuid),
}

/// The text of each, where there is one.
pub(super) async fn read(
    db: &mut PgConnection,
    user: UserId,
    spoken: &[Spoken],
) -> sqlx::Result<Vec<Words>> {
    let ids = |of: fn(&Spoken) -> Option<Uuid>| spoken.iter().filter_map(of).collect::<Vec<_>>();
    let conversations = ids(|spoken| match spoken {
        Spoken::Conversation(id) => Some(*id),
        _ => None,
    });
    let messages = ids(|spoken| match spoken {
        Spoken::Message(id) => Some(*id),
        _ => None,
    });
    let calls = ids(|spoken| match spoken {
        Spoken::ToolCall(id) => Some(*id),
        _ => None,
    });
    let mut words = Vec::with_capacity(spoken.len());
    let rows = sqlx::query!(
        "select id, title from taskflow.conversations
         where user_id = $1 and id = any($2) and title <> '' order by id",
        user.0,
        &conversations,
    )
    .fetch_all(&mut *db)
    .await?;
    words.extend(rows.into_iter().map(|row| Words::Conversation {
        id: row.id,
        title: row.title,
    }));
    let rows = sqlx::query!(
        r#"select id, content as "content!", planned as "planned: Json<Vec<Planned>>"
           from taskflow.messages
           where user_id = $1 and id = any($2) and content is not null
           order by conversation_id, number"#,
        user.0,
        &messages,
    )
    .fetch_all(&mut *db)
    .await?;
    words.extend(rows.into_iter().map(|row| Words::Message {
        id: row.id,
        content: row.content,
        planned: row.planned.0,
    }));
    let rows = sqlx::query!(
        r#"select id, input::text as "input!", result::text as "result!" from taskflow.tool_calls
           where user_id = $1 and id = any($2) and input is not null and result is not null
           order by id"#,
        user.0,
        &calls,
    )
    .fetch_all(&mut *db)
    .await?;
    words.extend(rows.into_iter().map(|row| Words::ToolCall {
        id: row.id,
        input: row.input,
        result: row.result,
    }));
    Ok(words)
}

/// Gives a row its text. False when there is no such row, or it has a text already.
pub(super) async fn write(
    db: &mut PgConnection,
    user: UserId,
    words: Words,
) -> Result<bool, ApiError> {
    check(&words)?;
    let written = match words {
        Words::Conversation { id, title } => {
            let update = sqlx::query!(
                "update taskflow.conversations set title = $3
                 where user_id = $1 and id = $2 and title = ''",
                user.0,
                id,
                title,
            );
            update.execute(db).await?
        }
        Words::Message {
            id,
            content,
            planned,
        } => {
            let update = sqlx::query!(
                "update taskflow.messages set content = $3, planned = $4
                 where user_id = $1 and id = $2 and content is null",
                user.0,
                id,
                content,
                Json(planned) as _,
            );
            update.execute(db).await?
        }
        Words::ToolCall { id, input, result } => {
            let update = sqlx::query!(
                "update taskflow.tool_calls set input = $3::text::json, result = $4::text::json
                 where user_id = $1 and id = $2 and input is null",
                user.0,
                id,
                input,
                result,
            );
            update.execute(db).await?
        }
    };
    Ok(written.rows_affected() == 1)
}

/// What a request may not say, a file may not say either.
fn check(words: &Words) -> Result<(), ApiError> {
    match words {
        Words::Conversation { title, .. } => model::text("title", title, MAX_TITLE),
        Words::Message {
            content, planned, ..
        } => {
            model::text("content", content, MAX_ANSWER)?;
            if planned.is_empty() {
                return Ok(());
            }
            turn::check_planned(planned)
        }
        Words::ToolCall { input, result, .. } => {
            let is_json = |text: &String| {
                text.len() <= MAX_JSON_BYTES && serde_json::from_str::<&RawValue>(text).is_ok()
            };
            if is_json(input) && is_json(result) {
                return Ok(());
            }
            Err(ApiError::invalid(
                "input",
                "what a tool was given, or answered, is no JSON",
            ))
        }
    }
}
