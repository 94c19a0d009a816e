//! What an API token proves: one look-up by its hash, each time it is shown, so that a revoked
//! one is refused from that moment.

use std::sync::Arc;

use auth::Actor;
use events::{TokenId, UserId};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use telemetry::metrics::FAILURES_TOTAL;

use super::{
    model::Scope,
    store::{self, Valid},
};
use crate::http::access::Identity;

/// The time of use is written no more often: a program that asks all the time would otherwise
/// turn each of its reads into a write.
const USE_NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Whose a token is and what it may do. `None`: unknown, revoked or expired.
pub(crate) async fn verify(
    pool: &PgPool,
    token: &str,
    now: Timestamp,
) -> sqlx::Result<Option<Identity>> {
    let valid = find(pool, token, now, |scope| scope != Scope::Calendar).await?;
    Ok(valid.map(identity))
}

/// The same of a token of the user's that is known, and not shown.
pub(crate) async fn by_id(
    pool: &PgPool,
    user: UserId,
    id: TokenId,
    now: Timestamp,
) -> sqlx::Result<Option<Identity>> {
    let valid = store::find_valid_by_id(pool, user, id, now).await?;
    Ok(valid.map(identity))
}

fn identity(valid: Valid) -> Identity {
    Identity {
        session: Actor {
            user_id: valid.user,
            expires_at: valid.expires_at,
            token: Some(valid.id),
        },
        scope: valid.scope,
        grant: valid.grant.map(Arc::new),
    }
}

/// Whose calendar a token opens. One that opens more is refused: it does not belong into an
/// address, which programs and proxies write down.
pub(crate) async fn for_calendar(
    pool: &PgPool,
    token: &str,
    now: Timestamp,
) -> sqlx::Result<Option<UserId>> {
    let valid = find(pool, token, now, |scope| scope == Scope::Calendar).await?;
    Ok(valid.map(|valid| valid.user))
}

async fn find(
    pool: &PgPool,
    token: &str,
    now: Timestamp,
    opens: fn(Scope) -> bool,
) -> sqlx::Result<Option<Valid>> {
    let valid = store::find_valid(pool, hash(token), now).await?;
    let Some(valid) = valid.filter(|valid| opens(valid.scope)) else {
        metrics::counter!(FAILURES_TOTAL, "cause" => "api_token").increment(1);
        return Ok(None);
    };
    note_use(pool, &valid, now).await;
    Ok(Some(valid))
}

pub(super) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// Only a help for the owner's eye: that it fails is no reason to refuse what was asked.
async fn note_use(pool: &PgPool, token: &Valid, now: Timestamp) {
    let before = now - USE_NOTED_EVERY;
    if token.last_used_at.is_some_and(|at| at >= before) {
        return;
    }
    if let Err(error) = store::note_use(pool, token, before, now).await {
        tracing::warn!(error = %error, "the use of an API token could not be noted");
    }
}
