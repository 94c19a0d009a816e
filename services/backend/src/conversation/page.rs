//! A page of conversations, those with the newest messages first.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use events::{ConversationId, TaskId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::store::Titled;
use crate::error::ApiError;

/// A conversation with the agent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationItem {
    #[schema(value_type = Uuid)]
    id: ConversationId,
    /// The beginning of its first message, unless it was renamed.
    title: String,
    /// How many there are.
    messages: i64,
    created_at: Timestamp,
    /// Of the last message.
    updated_at: Timestamp,
    archived_at: Option<Timestamp>,
}

/// A conversation with the tasks that it mentions or changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationDetail {
    #[serde(flatten)]
    pub(super) conversation: ConversationItem,
    /// In order of their making; the first 1,000. Some may be deleted.
    #[schema(value_type = Vec<Uuid>)]
    pub(super) task_ids: Vec<TaskId>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationPage {
    /// Those with the newest messages first.
    items: Vec<ConversationItem>,
    /// Ask again with this for what follows; null at the end.
    next_cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParams {
    /// 1 to 200; 50 if absent.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[serde(default)]
    pub(super) cursor: Option<String>,
}

/// The last of a page.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Cursor {
    pub(super) at: Timestamp,
    pub(super) id: Uuid,
}

impl Titled {
    pub(super) fn item(self) -> ConversationItem {
        let Self {
            conversation,
            title,
        } = self;
        ConversationItem {
            id: conversation.id,
            title,
            messages: conversation.messages,
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
            archived_at: conversation.archived_at,
        }
    }
}

impl ConversationPage {
    /// Of rows of which one more than the limit tells whether anything follows.
    pub(super) fn new(mut rows: Vec<Titled>, limit: i64) -> Result<Self, ApiError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = match rows.last() {
            Some(last) if more => Some(encode(last)?),
            _ => None,
        };
        Ok(Self {
            items: rows.into_iter().map(Titled::item).collect(),
            next_cursor,
        })
    }
}

fn encode(last: &Titled) -> Result<String, ApiError> {
    let cursor = Cursor {
        at: last.conversation.updated_at,
        id: last.conversation.id.0,
    };
    let json = serde_json::to_vec(&cursor).map_err(|error| ApiError::Internal(error.into()))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(json))
}

pub(super) fn cursor(text: Option<&str>) -> Result<Option<Cursor>, ApiError> {
    let Some(text) = text else {
        return Ok(None);
    };
    let cursor = BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|json| serde_json::from_slice::<Cursor>(&json).ok());
    // Nothing of ours is older than the year 1, and Postgres begins not long before.
    let cursor = cursor.filter(|cursor| cursor.at.as_second() >= -62_135_596_800);
    match cursor {
        Some(cursor) => Ok(Some(cursor)),
        None => Err(ApiError::invalid(
            "cursor",
            "`cursor` must be the `next_cursor` of the same list",
        )),
    }
}
