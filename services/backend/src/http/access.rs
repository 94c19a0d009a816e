//! The one door of `/api/{user_id}`: token, owner, limits. A handler behind it
//! gets a [`Ctx`] and never sees the user id of the path.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

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
use uuid::Uuid;

use crate::{
    app::App,
    confirmation,
    ctx::{Agreed, ByTool, Ctx},
    error::ApiError,
    token::{self, grant::Grant, model::Scope},
};

/// Names the run of the agent that asks.
pub(crate) const RUN: &str = "x-run-id";

const MAX_RUN_BYTES: usize = 64;

/// A ticket is asked for by POST, and changes nothing: whoever may read may listen.
const TICKET: &str = "/ws-ticket";

/// Where one asks what a rule means, which changes nothing.
const PREVIEW: &str = "/recurrence/preview";

/// Whom a bearer names, and what it may do.
pub(crate) struct Identity {
    pub(crate) session: auth::Actor,
    /// An API token may do what its scope says, a session everything.
    pub(crate) scope: Scope,
    /// What an API token is limited to.
    pub(crate) grant: Option<Arc<Grant>>,
}

/// Of a request that the agent passes on: which tool it carries out, if any. No client can say so,
/// because it is no header.
#[derive(Clone, Debug)]
pub(crate) struct Tool(pub(crate) String);

/// Of a request that the agent passes on: that it is only to be tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DryRun;

/// Of a request that the agent passes on: what the user has said yes to.
#[derive(Clone, Debug)]
pub(crate) enum SaidYes {
    /// To a question with this fingerprint, between two rounds of MCP.
    Question(String),
    /// To this confirmation, in the app.
    Confirmation(Uuid),
}

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
    let mut identity = identify(&app, request.headers(), peer.ip(), now).await?;
    let owner = path
        .iter()
        .find_map(|(name, value)| (name == "user_id").then_some(value))
        .unwrap_or_default();
    if telemetry::faults::enabled("missing-user-filter") {
        identity.session.user_id = owner
            .parse::<UserId>()
            .map_err(|_| auth::Rejection::Forbidden)?;
    } else {
        auth::require_owner(owner, &identity.session)?;
    }
    app.limits.check_user(identity.session.user_id)?;
    let tool = request.extensions().get::<Tool>();
    let tool = tool.map(|tool| tool.0.clone());
    let said_yes = request.extensions().get::<SaidYes>().cloned();
    let agreed = match said_yes {
        None => None,
        Some(SaidYes::Question(fingerprint)) => Some(Agreed::Question(fingerprint)),
        Some(SaidYes::Confirmation(id)) => {
            let asker = confirmation::asker(&app.pool, &mut identity, id, tool.as_deref(), now);
            Some(asker.await?)
        }
    };
    if identity.scope == Scope::Read
        && !only_reads(&request)
        && !telemetry::faults::enabled("scope-ignored")
    {
        return Err(ApiError::ReadOnly);
    }
    if let Some(grant) = &identity.grant {
        grant.check_tool(tool.as_deref())?;
    }
    let correlation_id = request
        .extensions()
        .get::<CorrelationId>()
        .cloned()
        .unwrap_or_else(CorrelationId::new);
    let mut ctx = identity.into_ctx(request.headers(), correlation_id, now)?;
    ctx.dry_run = request.extensions().get::<DryRun>().is_some();
    ctx.tool = tool.map(|_| ByTool { agreed });
    request.extensions_mut().insert(ctx);
    Ok(next.run(request).await)
}

impl Identity {
    /// The context of what is asked at `now`.
    pub(crate) fn into_ctx(
        self,
        headers: &HeaderMap,
        correlation_id: CorrelationId,
        now: Timestamp,
    ) -> Result<Ctx, ApiError> {
        let user = self.session.user_id;
        tracing::Span::current().record("user_id", tracing::field::display(user));
        Ok(Ctx {
            user,
            session_expires_at: self.session.expires_at,
            token: self.session.token,
            grant: self.grant,
            correlation_id: correlation_id.into(),
            traceparent: Some(TraceContext::current().to_string()),
            now,
            change_set: ChangeSetId::generate(),
            actor: author(headers, self.session.token)?,
            cause: None,
            dry_run: false,
            tool: None,
        })
    }
}

/// Whose the bearer is, and what it may do.
pub(crate) async fn identify(
    app: &App,
    headers: &HeaderMap,
    peer: IpAddr,
    now: Timestamp,
) -> Result<Identity, ApiError> {
    match auth::bearer(headers) {
        Ok(bearer) if auth::is_api_token(bearer) => {
            app.limits.check_address(headers, peer)?;
            let verified = token::verify::verify(&app.pool, bearer, now).await?;
            verified.ok_or_else(|| auth::Rejection::Unauthorized.into())
        }
        _ => Ok(Identity {
            session: session(app, headers, peer).await?,
            scope: Scope::Write,
            grant: None,
        }),
    }
}

/// Whose session asks: an address that does not ask too often, a good token, a user that exists.
pub(super) async fn session(
    app: &App,
    headers: &HeaderMap,
    peer: IpAddr,
) -> Result<auth::Actor, ApiError> {
    app.limits.check_address(headers, peer)?;
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
    ) || path.is_some_and(|path| {
        [TICKET, PREVIEW]
            .iter()
            .any(|end| path.as_str().ends_with(end))
    })
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
        token_id: token,
    })
}
