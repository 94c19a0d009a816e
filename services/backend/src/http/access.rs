//! The one door of `/api/{user_id}`: token, owner, limits. A handler behind it
//! gets a [`Ctx`] and never sees the user id of the path.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, RawPathParams, Request, State},
    middleware::Next,
    response::Response,
};
use events::{Actor, ChangeSetId, UserId};
use telemetry::{correlation::CorrelationId, trace::TraceContext};

use crate::{app::App, ctx::Ctx, error::ApiError};

pub(crate) async fn check(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    path: RawPathParams,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    app.limits.check_address(request.headers(), peer.ip())?;
    let token = auth::bearer(request.headers()).map_err(auth::Rejection::from)?;
    let verified = app.verifier.verify(token).await;
    let actor = verified.map_err(auth::Rejection::from)?;
    if !app.users.exists(actor.user_id).await? {
        return Err(auth::Rejection::Unauthorized.into());
    }
    let owner = path
        .iter()
        .find_map(|(name, value)| (name == "user_id").then_some(value))
        .unwrap_or_default();
    let user = if telemetry::faults::enabled("missing-user-filter") {
        owner
            .parse::<UserId>()
            .map_err(|_| auth::Rejection::Forbidden)?
    } else {
        auth::require_owner(owner, &actor)?;
        actor.user_id
    };
    app.limits.check_user(user)?;

    tracing::Span::current().record("user_id", tracing::field::display(user));
    let correlation_id = request
        .extensions()
        .get::<CorrelationId>()
        .cloned()
        .unwrap_or_else(CorrelationId::new);
    request.extensions_mut().insert(Ctx {
        user,
        session_expires_at: actor.expires_at,
        correlation_id: correlation_id.into(),
        traceparent: Some(TraceContext::current().to_string()),
        now: telemetry::clock::now(),
        change_set: ChangeSetId::generate(),
        actor: Actor::User,
    });
    Ok(next.run(request).await)
}
