//! Who may connect.

use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

use auth::Actor;
use axum::{
    extract::{FromRequestParts, Query},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use events::UserId;
use jiff::Timestamp;
use serde::Deserialize;
use telemetry::{clock, correlation::CorrelationId};
use tracing::{Instrument, error_span};

use crate::{
    backend::BackendError, close::Close, gateway::Gateway, position::Page, problem::problem,
};

/// The query of a connection. Not `Debug`: it holds a token.
#[derive(Deserialize)]
pub struct Credentials {
    /// A ticket, a session's JWT or an API token.
    token: Option<String>,
    /// The last `seq` the client has.
    pub since: Option<u64>,
}

impl Credentials {
    /// The token of the query, or else of the `Authorization` header.
    pub fn into_token(self, headers: &HeaderMap) -> Option<String> {
        self.token
            .or_else(|| auth::bearer(headers).ok().map(str::to_owned))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Credentials {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let query = Query::from_request_parts(parts, state).await;
        // What serde says about it may quote the token.
        query.map(|Query(credentials)| credentials).map_err(|_| {
            problem(
                StatusCode::BAD_REQUEST,
                "`since` must be a number, and `token` and `since` may be given once",
            )
        })
    }
}

/// Whether the page that connects may; clients that are no pages say nothing.
pub fn origin_is_allowed(headers: &HeaderMap, allowed: &[HeaderValue]) -> bool {
    headers
        .get_all(header::ORIGIN)
        .iter()
        .all(|origin| allowed.contains(origin))
}

/// Somebody who may connect.
pub struct Admitted {
    pub actor: Actor,
    /// What came of the log with the ticket. It was read before the connection is in the hub.
    pub log: Option<Page>,
}

/// Finds out whose the token is, and lets only the owner of the path in.
/// A path that names no user is nobody's.
pub async fn admit(
    gateway: &Gateway,
    owner: &str,
    token: Option<String>,
    since: Option<u64>,
    network: IpAddr,
    correlation_id: &CorrelationId,
) -> Result<Admitted, Close> {
    let token = token.ok_or(Close::BadToken)?;
    let span = error_span!(parent: None, "admit", %correlation_id);
    // Boxed: it runs once, and a connection lives long.
    let admitted = Box::pin(identify(gateway, token, since, network).instrument(span)).await?;
    if admitted.actor.expires_at <= clock::now() {
        return Err(Close::BadToken);
    }
    match owner.parse::<UserId>() {
        Ok(owner) if owner == admitted.actor.user_id => Ok(admitted),
        _ => Err(Close::OtherUser),
    }
}

/// A JWT has two dots; a ticket and an API token have none. What can be none of them is not worth
/// a call to the backend.
async fn identify(
    gateway: &Gateway,
    token: String,
    since: Option<u64>,
    network: IpAddr,
) -> Result<Admitted, Close> {
    let alone = |actor| Admitted { actor, log: None };
    if token.split('.').count() == 3 {
        let actor = gateway.verifier.verify(&token).await;
        return actor.map(alone).map_err(|_| Close::BadToken);
    }
    let is_api_token = auth::is_api_token(&token);
    if !is_api_token && !auth::is_ticket(&token) {
        return Err(Close::BadToken);
    }
    if gateway.refused.is_enough(network, Instant::now()) {
        return Err(Close::Guessing);
    }
    let asked = if is_api_token {
        gateway.backend.verify(token).await.map(alone)
    } else {
        let redeemed = gateway.backend.redeem(token, since).await;
        redeemed.map(|(actor, log)| Admitted { actor, log })
    };
    asked.map_err(|error| match error {
        BackendError::Refused | BackendError::UnknownUser => {
            gateway.refused.count(network, Instant::now());
            Close::BadToken
        }
        _ => Close::Unavailable,
    })
}

/// How long a session lasts from now.
pub fn remaining(expires_at: Timestamp) -> Duration {
    expires_at
        .duration_since(clock::now())
        .try_into()
        .unwrap_or_default()
}
