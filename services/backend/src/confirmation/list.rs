//! `GET /confirmations`

use axum::{Json, extract::State};
use events::{ConversationId, TokenId};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{self, Confirmation};
use crate::{app::App, ctx::Ctx, error::ApiError};

/// Something that the agent would do if you said yes; that is said to the agent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConfirmationItem {
    id: Uuid,
    tool: String,
    /// What the tool would be given.
    #[schema(value_type = Object)]
    input: Box<RawValue>,
    /// What it would change.
    #[schema(value_type = Object)]
    preview: Box<RawValue>,
    run_id: Option<String>,
    #[schema(value_type = Option<Uuid>)]
    conversation_id: Option<ConversationId>,
    /// The API token that asked for it; null: you did, in a session.
    #[schema(value_type = Option<Uuid>)]
    token_id: Option<TokenId>,
    created_at: Timestamp,
    /// After that it is not done any more.
    expires_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConfirmationList {
    /// The oldest first.
    items: Vec<ConfirmationItem>,
}

/// What waits for your yes or no.
#[utoipa::path(
    get, path = "/confirmations", tag = "conversations", operation_id = "list_confirmations",
    responses((status = 200, body = ConfirmationList))
)]
pub(crate) async fn list_confirmations(
    State(app): State<App>,
    ctx: Ctx,
) -> Result<Json<ConfirmationList>, ApiError> {
    let open = store::open(&app.pool, &ctx).await?;
    let items = open.into_iter().map(item).collect();
    Ok(Json(ConfirmationList { items }))
}

fn item(confirmation: Confirmation) -> ConfirmationItem {
    ConfirmationItem {
        id: confirmation.id,
        tool: confirmation.tool,
        input: confirmation.input,
        preview: confirmation.preview,
        run_id: confirmation.run_id,
        conversation_id: confirmation.conversation_id,
        token_id: confirmation.token,
        created_at: confirmation.created_at,
        expires_at: confirmation.expires_at,
    }
}
