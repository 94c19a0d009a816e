//! Calls of the agent that wait for the user's own yes. Only a session can say it: whatever speaks
//! for the user by an API token cannot agree with itself.

pub(crate) mod list;
pub(crate) mod store;

use jiff::Timestamp;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{ctx::Agreed, error::ApiError, http::access::Identity, token};

/// What a session may do in carrying out a call that its user has said yes to: no more than
/// whoever asked for it. A limited API token does not get beyond its limits by a yes.
pub(crate) async fn asker(
    pool: &PgPool,
    identity: &mut Identity,
    id: Uuid,
    tool: Option<&str>,
    now: Timestamp,
) -> Result<Agreed, ApiError> {
    if identity.session.token.is_some() {
        return Err(ApiError::SessionRequired);
    }
    let user = identity.session.user_id;
    let asked = store::find(&mut *pool.acquire().await?, user, id).await?;
    let asked = asked.ok_or(ApiError::NotFound("Confirmation"))?;
    if asked.said_yes != Some(true) || tool != Some(asked.tool.as_str()) {
        let detail = "The user has not said yes to this";
        return Err(ApiError::Conflict(detail.to_owned()));
    }
    if let Some(token) = asked.token {
        let valid = token::verify::by_id(pool, user, token, now).await?;
        *identity = valid.ok_or_else(|| {
            let detail = "The API token that asked for this is not valid any more";
            ApiError::Conflict(detail.to_owned())
        })?;
    }
    Ok(Agreed::Confirmation {
        id,
        fingerprint: asked.fingerprint,
    })
}
