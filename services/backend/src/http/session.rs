//! What only the owner in person may ask for, not a program.

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{ctx::Ctx, error::ApiError};

/// The [`Ctx`] of a session; a request with an API token is refused.
pub(crate) struct Session(pub(crate) Ctx);

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let ctx = Ctx::from_request_parts(parts, state).await?;
        match ctx.token {
            None => Ok(Self(ctx)),
            Some(_) => Err(ApiError::SessionRequired),
        }
    }
}
