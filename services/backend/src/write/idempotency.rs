//! The record that makes a repeated request harmless. It is part of the
//! write's transaction: either both are there, or neither.

use std::time::Duration;

use axum::http::StatusCode;
use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, types::Json};

use crate::{
    ctx::Ctx,
    error::ApiError,
    http::{precondition::IdempotencyKey, reply::Reply},
};

/// Answers are kept this long.
pub(crate) const KEPT_HOURS: i64 = 24;

/// How often a key that is held is tried again, and after how long.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(10);

/// Holds the key until the transaction ends. 409 when a request with it is under way.
///
/// The transaction of a refused request is rolled back shortly after its answer is on the
/// way, so whoever corrects the request at once may find the key still held.
pub(crate) async fn claim(
    tx: &mut PgConnection,
    ctx: &Ctx,
    key: &IdempotencyKey,
) -> Result<(), ApiError> {
    for _ in 0..TRIES {
        if try_claim(tx, ctx, key).await? {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(ApiError::KeyHeld)
}

async fn try_claim(tx: &mut PgConnection, ctx: &Ctx, key: &IdempotencyKey) -> sqlx::Result<bool> {
    // One lock a key, so nobody queues on it: unlike a lock per shard it costs the
    // commit nothing.
    sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtextextended($1::text || $2, 0)) as "free!""#,
        ctx.user.to_string(),
        key.key,
    )
    .fetch_one(tx)
    .await
}

/// An answer that was given before.
pub(crate) struct Kept {
    /// Of what it answers.
    request_hash: Vec<u8>,
    reply: Reply,
}

impl Kept {
    /// The answer, if the request is the same; 422 when the key was used for another one.
    pub(crate) fn answer(self, request_hash: [u8; 32]) -> Result<Reply, ApiError> {
        if self.request_hash != request_hash {
            return Err(ApiError::invalid(
                "Idempotency-Key",
                "This Idempotency-Key was used for a different request",
            ));
        }
        Ok(self.reply)
    }
}

/// What was answered to the request with this key.
pub(crate) async fn find(
    tx: &mut PgConnection,
    ctx: &Ctx,
    key: &IdempotencyKey,
) -> sqlx::Result<Option<Kept>> {
    let kept_since = ctx.now - jiff::SignedDuration::from_hours(KEPT_HOURS);
    let Some(record) = sqlx::query!(
        r#"select request_hash, status, headers as "headers: Json<Vec<(String, String)>>", body
           from taskflow.idempotency
           where user_id = $1 and key = $2 and created_at > $3"#,
        ctx.user.0,
        key.key,
        kept_since.to_sqlx(),
    )
    .fetch_optional(tx)
    .await?
    else {
        return Ok(None);
    };
    let status = u16::try_from(record.status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok())
        .unwrap_or(StatusCode::OK);
    Ok(Some(Kept {
        request_hash: record.request_hash,
        reply: Reply {
            status,
            headers: record.headers.0,
            body: record.body,
        },
    }))
}

pub(crate) async fn store(
    tx: &mut PgConnection,
    ctx: &Ctx,
    key: &IdempotencyKey,
    reply: &Reply,
) -> Result<(), ApiError> {
    sqlx::query!(
        "insert into taskflow.idempotency as i
            (user_id, key, request_hash, status, headers, body, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         -- Only a record that is too old to count can be in the way.
         on conflict (user_id, key) do update set
            request_hash = excluded.request_hash, status = excluded.status,
            headers = excluded.headers, body = excluded.body, created_at = excluded.created_at",
        ctx.user.0,
        key.key,
        &key.request_hash[..],
        i16::try_from(reply.status.as_u16()).unwrap_or(200),
        Json(&reply.headers) as _,
        reply.body,
        ctx.now.to_sqlx(),
    )
    .execute(tx)
    .await?;
    Ok(())
}
