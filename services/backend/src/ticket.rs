//! `POST /ws-ticket`: a pass for a socket, so that no token stands in a URL.

use auth::Actor;
use axum::{Json, extract::State, http::StatusCode};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use events::{TokenId, UserId};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use rand::RngExt;
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use utoipa::ToSchema;

use crate::{app::App, ctx::Ctx, error::ApiError, token};

/// Enough to open a socket, too short to be worth stealing from a log.
const LIFETIME: SignedDuration = SignedDuration::from_secs(30);

#[derive(Serialize, ToSchema)]
pub(crate) struct Ticket {
    /// Works once, as `token` of the socket's address.
    ticket: String,
    expires_at: Timestamp,
}

/// A single-use pass for a socket, good for 30 seconds. An API token whose scope is `read` gets
/// one too; the socket ends with the token. It takes no Idempotency-Key: a ticket is not kept, so
/// that it could be given twice, and one that is not used ends by itself.
#[utoipa::path(
    post, path = "/ws-ticket", tag = "events", operation_id = "create_ticket",
    responses((status = 201, body = Ticket))
)]
pub(crate) async fn create_ticket(
    State(app): State<App>,
    ctx: Ctx,
) -> Result<(StatusCode, Json<Ticket>), ApiError> {
    let secret: [u8; 32] = rand::rng().random();
    let ticket = BASE64_URL_SAFE_NO_PAD.encode(secret);
    let expires_at = ctx.now + LIFETIME;
    sqlx::query!(
        "insert into taskflow.tickets
            (ticket_hash, user_id, session_expires_at, expires_at, token_id)
         values ($1, $2, $3, $4, $5)",
        &hash(&ticket)[..],
        ctx.user.0,
        ctx.session_expires_at.to_sqlx(),
        expires_at.to_sqlx(),
        ctx.token.map(|token| token.0),
    )
    .execute(&app.pool)
    .await?;
    Ok((StatusCode::CREATED, Json(Ticket { ticket, expires_at })))
}

/// Uses a ticket up. `None`: unknown, used or expired, or its token is no longer valid.
pub(crate) async fn redeem(
    pool: &PgPool,
    ticket: &str,
    now: Timestamp,
) -> sqlx::Result<Option<Actor>> {
    let row = sqlx::query!(
        "delete from taskflow.tickets where ticket_hash = $1
         returning user_id, session_expires_at, expires_at, token_id",
        &hash(ticket)[..],
    )
    .fetch_optional(pool)
    .await?;
    let Some(row) = row.filter(|row| row.expires_at.to_jiff() > now) else {
        return Ok(None);
    };
    if let Some(token) = row.token_id {
        let valid = token::store::which_are_valid(pool, &[token], now).await?;
        if valid.is_empty() {
            return Ok(None);
        }
    }
    Ok(Some(Actor {
        user_id: UserId(row.user_id),
        expires_at: row.session_expires_at.to_jiff(),
        token: row.token_id.map(TokenId),
    }))
}

fn hash(ticket: &str) -> [u8; 32] {
    Sha256::digest(ticket).into()
}
