//! `GET /conversations/search`

use axum::{Json, extract::State};
use events::{ConversationId, MessageId, Role};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::query::{self, Query},
    words::words,
};

/// What is shown of a message.
const SHOWN: usize = 500;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchParams {
    /// Words, or beginnings of words: all of them.
    #[param(max_length = 200)]
    q: String,
    /// 1 to 200; 50 if absent.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[serde(default)]
    cursor: Option<Uuid>,
}

/// A message in which the words are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Found {
    #[schema(value_type = Uuid)]
    conversation_id: ConversationId,
    conversation_title: String,
    #[schema(value_type = Uuid)]
    message_id: MessageId,
    role: Role,
    /// Its first 500 characters.
    content: String,
    created_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundPage {
    /// Newest first.
    items: Vec<Found>,
    /// Ask again with this for what follows; null at the end.
    #[schema(value_type = Option<Uuid>)]
    next_cursor: Option<MessageId>,
}

/// Messages in which all these words are, yours and the agent's, newest first.
#[utoipa::path(
    get, path = "/conversations/search", tag = "conversations",
    operation_id = "search_conversations",
    params(SearchParams),
    responses((status = 200, body = FoundPage), (status = 422, body = Problem))
)]
pub(crate) async fn search_conversations(
    State(app): State<App>,
    ctx: Ctx,
    Query(params): Query<SearchParams>,
) -> Result<Json<FoundPage>, ApiError> {
    let limit = query::limit(params.limit, 50, 200)?;
    let mut db = app.pool.acquire().await?;
    let words = words(&mut db, &params.q).await?;
    let rows = sqlx::query!(
        r#"select m.id, m.conversation_id, c.title, m.role, left(m.content, $5) as "content!",
                  m.created_at as "created_at: jiff_sqlx::Timestamp"
           from taskflow.messages m
           join taskflow.conversations c on c.user_id = m.user_id and c.id = m.conversation_id
           where m.user_id = $1 and m.search @@ to_tsquery('simple', lower($2))
             and ($3::uuid is null or m.id < $3)
           order by m.id desc limit $4"#,
        ctx.user.0,
        words,
        params.cursor,
        limit + 1,
        i32::try_from(SHOWN).unwrap_or(i32::MAX),
    )
    .fetch_all(&mut *db)
    .await?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > shown;
    let items: Vec<Found> = rows
        .into_iter()
        .take(shown)
        .filter_map(|row| {
            Some(Found {
                conversation_id: ConversationId(row.conversation_id),
                conversation_title: row.title,
                message_id: MessageId(row.id),
                role: Role::from_name(&row.role)?,
                content: row.content,
                created_at: row.created_at.to_jiff(),
            })
        })
        .collect();
    Ok(Json(FoundPage {
        next_cursor: items.last().filter(|_| more).map(|found| found.message_id),
        items,
    }))
}
