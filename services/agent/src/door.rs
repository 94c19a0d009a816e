//! Who may come in: whose bearer it is, and which page asks.
//!
//! By which name we were asked does not matter to the chat. A page that gives its own name our
//! address still says its own origin with each POST, and has no bearer: a browser adds none by
//! itself. And the front end asks by the name that we have in the cluster. `/mcp` looks at the name
//! as well, because its specification wants that of servers on people's own machines.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    caller::{Caller, Identity},
    gateway::Gateway,
    problem::{self, problem},
};

/// Somebody whose bearer is good.
#[derive(Clone, Debug)]
pub struct Guest {
    pub caller: Caller,
    pub identity: Identity,
}

/// Lets in who shows a good bearer, and leaves a [`Guest`] for the handler. A page must be of an
/// origin that may ask; programs name none.
pub async fn admit(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    if !origin_is_allowed(request.headers(), &gateway.origins) {
        return problem(
            StatusCode::FORBIDDEN,
            "forbidden",
            "Pages of this origin may not ask",
        );
    }
    let address = serve::client_network(request.headers(), peer.ip(), gateway.trusted_proxies);
    let Some(caller) = Caller::from_headers(request.headers(), address) else {
        return problem(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "Send a session's JWT or an API token as a bearer",
        );
    };
    match gateway.backend.identify(&caller).await {
        Ok(identity) => {
            tracing::Span::current().record("user_id", tracing::field::display(identity.user));
            request.extensions_mut().insert(Guest { caller, identity });
            next.run(request).await
        }
        Err(error) => problem::respond(&problem::of_backend(error)),
    }
}

fn origin_is_allowed(headers: &HeaderMap, allowed: &[HeaderValue]) -> bool {
    headers
        .get_all(header::ORIGIN)
        .iter()
        .all(|origin| allowed.contains(origin))
}

impl<S: Send + Sync> FromRequestParts<S> for Guest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        // Every route that asks for one is behind `admit`.
        let guest = parts.extensions.get::<Self>().cloned();
        guest.ok_or_else(|| StatusCode::UNAUTHORIZED.into_response())
    }
}
