//! `PATCH /conversations/{id}`

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    change,
    model::MAX_TITLE,
    page::ConversationItem,
    store::{self, Titled},
};
use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{
        body::Body,
        patch::Patch,
        path::ConversationPath,
        precondition::{RequestLine, Unversioned},
        reply::Reply,
    },
    task::input,
    write::{Begun, Write},
};

/// JSON Merge Patch of a conversation: absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConversationPatch {
    /// 1 to 200 characters after trimming.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200)]
    title: Patch<String>,
    /// Into the archive, or out of it.
    #[serde(default)]
    #[schema(value_type = Option<bool>, nullable = false)]
    archived: Patch<bool>,
}

/// Renames a conversation, or moves it into the archive or out of it. What was said stays as it is.
#[utoipa::path(
    patch, path = "/conversations/{id}", tag = "conversations",
    operation_id = "update_conversation",
    params(ConversationPath, ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = ConversationPatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, body = ConversationItem),
        (status = 404, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn update_conversation(
    State(app): State<App>,
    ctx: Ctx,
    path: ConversationPath,
    _: Unversioned,
    line: RequestLine,
    body: Body<ConversationPatch>,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let (user, now) = (write.ctx.user, write.ctx.now);
    let found = store::find(write.tx(), user, path.id).await?;
    let Titled {
        mut conversation,
        title: current,
    } = found.ok_or(ApiError::NotFound("Conversation"))?;
    let wanted = body.value.title.over_required("title", current.clone())?;
    let title = input::line("title", &wanted, MAX_TITLE)?;
    if title.is_empty() && wanted != current {
        return Err(ApiError::invalid("title", "The title must not be blank"));
    }
    let is_archived = conversation.archived_at.is_some();
    let archive = body.value.archived.over_required("archived", is_archived)?;
    let archived_at = archive.then(|| conversation.archived_at.unwrap_or(now));
    let new_title = (title != current).then_some(title.as_str());
    change::update(&mut write, &mut conversation, new_title, archived_at).await?;
    let renamed = Titled {
        conversation,
        title,
    };
    let reply = Reply::json(StatusCode::OK, &renamed.item())?;
    write.commit(reply).await
}
