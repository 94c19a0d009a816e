//! `/tokens`. Only a session manages tokens: one that leaks must not be able to make others.

use auth::API_TOKEN_PREFIX;
use axum::{Json, extract::State, http::StatusCode};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rand::RngExt;

use super::{
    model::{CreatedToken, NewToken, TokenList},
    store, verify,
};
use crate::{
    app::App,
    error::{ApiError, Problem},
    http::{body::Body, path::TokenPath, session::Session},
};

/// The owner's API tokens, the newest first, without their secrets.
#[utoipa::path(
    get, path = "/tokens", tag = "tokens", operation_id = "list_tokens",
    responses((status = 200, body = TokenList), (status = 403, body = Problem))
)]
pub(crate) async fn list_tokens(
    State(app): State<App>,
    Session(ctx): Session,
) -> Result<Json<TokenList>, ApiError> {
    let items = store::list(&app.pool, ctx.user).await?;
    Ok(Json(TokenList { items }))
}

/// A new API token, which works wherever a session's JWT does, also at the socket and the event
/// stream, within its scope and its grant and until it expires or is revoked. It is shown in this answer only:
/// therefore no Idempotency-Key is kept for it. At most 100 may be valid at a time.
#[utoipa::path(
    post, path = "/tokens", tag = "tokens", operation_id = "create_token",
    request_body = NewToken,
    responses(
        (status = 201, body = CreatedToken),
        (status = 403, body = Problem),
        (status = 409, body = Problem),
        (status = 422, body = Problem),
    )
)]
pub(crate) async fn create_token(
    State(app): State<App>,
    Session(ctx): Session,
    body: Body<NewToken>,
) -> Result<(StatusCode, Json<CreatedToken>), ApiError> {
    let about = body.value.check(ctx.now)?;
    if let Some(grant) = &about.grant {
        grant.check(&app.pool, ctx.user).await?;
    }
    let secret: [u8; 32] = rand::rng().random();
    let token = format!(
        "{API_TOKEN_PREFIX}{}",
        BASE64_URL_SAFE_NO_PAD.encode(secret)
    );
    if !store::insert(&app.pool, ctx.user, &about, verify::hash(&token)).await? {
        return Err(ApiError::Conflict(format!(
            "You have {} valid tokens already; revoke one first",
            store::MAX_VALID
        )));
    }
    Ok((StatusCode::CREATED, Json(CreatedToken { token, about })))
}

/// Revokes a token: requests with it are refused from now on, and sockets that it opened close
/// within some seconds (realtime asks every `HEAD_SWEEP`, 5 s). It stays in the list. It takes no
/// Idempotency-Key and waits for no other write: sent again, it changes nothing more.
#[utoipa::path(
    delete, path = "/tokens/{id}", tag = "tokens", operation_id = "revoke_token",
    params(TokenPath),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn revoke_token(
    State(app): State<App>,
    Session(ctx): Session,
    path: TokenPath,
) -> Result<StatusCode, ApiError> {
    if store::revoke(&app.pool, ctx.user, path.id, ctx.now).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::NotFound("Token"))
    }
}
