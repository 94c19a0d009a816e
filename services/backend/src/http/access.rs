//! The one door of `/api/{user_id}`: token, owner, limits. A handler behind it
//! gets a [`Ctx`] and never sees the user id of the path.

use std::net::SocketAddr;

use axum::{
    extract::{
        ConnectInfo, MatchedPath, RawPathParams, Request, State, rejection::RawPathParamsRejection,
    },
    http::{HeaderMap, Method},
    middleware::Next,
    response::Response,
};
use events::{Actor, ChangeSetId, TokenId, UserId};
use jiff::Timestamp;
use telemetry::{correlation::CorrelationId, trace::TraceContext};

use crate::{
    app::App,
    ctx::Ctx,
    error::ApiError,
    token::{self, model::Scope},
};

/// Names the run of the agent that asks.
pub(crate) const RUN: &str = "x-run-id";

const MAX_RUN_BYTES: usize = 64;

/// A ticket is asked for by POST, and changes nothing: whoever may read may listen.
const TICKET: &str = "/ws-ticket";

pub(crate) async fn check(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    path: Result<RawPathParams, RawPathParamsRejection>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    // Bytes that are no text name nothing.
    let path = path.map_err(|_| ApiError::NotFound("Path"))?;
    let now = telemetry::clock::now();
    let (session, scope) = identify(&app, request.headers(), peer, now).await?;
    let owner = path
        .iter()
        .find_map(|(name, value)| (name == "user_id").then_some(value))
        .unwrap_or_default();
    let user = if telemetry::faults::enabled("missing-user-filter") {
        owner
            .parse::<UserId>()
            .map_err(|_| auth::Rejection::Forbidden)?
    } else {
        auth::require_owner(owner, &session)?;
        session.user_id
    };
    app.limits.check_user(user)?;
    if scope == Scope::Read && !only_reads(&request) && !telemetry::faults::enabled("scope-ignored")
    {
        return Err(ApiError::ReadOnly);
    }

    tracing::Span::current().record("user_id", tracing::field::display(user));
    let correlation_id = request
        .extensions()
        .get::<CorrelationId>()
        .cloned()
        .unwrap_or_else(CorrelationId::new);
    let actor = author(request.headers(), session.token)?;
    request.extensions_mut().insert(Ctx {
        user,
        session_expires_at: session.expires_at,
        token: session.token,
        correlation_id: correlation_id.into(),
        traceparent: Some(TraceContext::current().to_string()),
        now,
        change_set: ChangeSetId::generate(),
        actor,
        cause: None,
    });
    Ok(next.run(request).await)
}

/// Whose the bearer is, and what it may do: an API token what its scope says, a session everything.
async fn identify(
    app: &App,
    headers: &HeaderMap,
    peer: SocketAddr,
    now: Timestamp,
) -> Result<(auth::Actor, Scope), ApiError> {
    match auth::bearer(headers) {
        Ok(bearer) if auth::is_api_token(bearer) => {
            app.limits.check_address(headers, peer.ip())?;
            let verified = token::verify::verify(&app.pool, bearer, now).await?;
            verified.ok_or_else(|| auth::Rejection::Unauthorized.into())
        }
        _ => Ok((session(app, headers, peer).await?, Scope::Write)),
    }
}

/// Whose session asks: an address that does not ask too often, a good token, a user that exists.
pub(super) async fn session(
    app: &App,
    headers: &HeaderMap,
    peer: SocketAddr,
) -> Result<auth::Actor, ApiError> {
    app.limits.check_address(headers, peer.ip())?;
    let token = auth::bearer(headers).map_err(auth::Rejection::from)?;
    let verified = app.verifier.verify(token).await;
    let session = verified.map_err(auth::Rejection::from)?;
    if !app.users.exists(session.user_id).await? {
        return Err(auth::Rejection::Unauthorized.into());
    }
    Ok(session)
}

fn only_reads(request: &Request) -> bool {
    let path = request.extensions().get::<MatchedPath>();
    matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) || path.is_some_and(|path| path.as_str().ends_with(TICKET))
}

/// 1 to 64 letters, digits, - or _.
pub(crate) fn is_run_id(id: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=MAX_RUN_BYTES).contains(&id.len()) && id.chars().all(is_plain)
}

/// The owner, one of the owner's programs by its token, or an agent that acts for the owner and
/// names its run, so that all of the run can be found and taken back.
fn author(headers: &HeaderMap, token: Option<TokenId>) -> Result<Actor, ApiError> {
    let Some(run_id) = headers.get(RUN) else {
        return Ok(token.map_or(Actor::User, |token| Actor::Token {
            token_id: token.to_string(),
        }));
    };
    let run_id = run_id.to_str().unwrap_or_default();
    if !is_run_id(run_id) {
        return Err(ApiError::invalid(
            RUN,
            format!("{RUN} must be 1 to {MAX_RUN_BYTES} letters, digits, - or _"),
        ));
    }
    Ok(Actor::AgentRun {
        run_id: run_id.to_owned(),
    })
}
