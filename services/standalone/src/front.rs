//! The one port, and who answers behind it.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, OnceLock},
};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serve::Door;
use tokio_util::sync::CancellationToken;
use tower::{ServiceExt, service_fn};

/// What realtime serves.
const SOCKETS: [&str; 2] = ["/ws/", "/sse/"];

/// What the agent serves, beside the chat.
const AGENT: [&str; 3] = ["/mcp", "/chatkit", "/.well-known/oauth-protected-resource"];

/// For this machine alone: everybody gets to this port.
const METRICS: &str = "/metrics";

/// Where proxies say for whom they ask.
const FORWARDED: &str = "x-forwarded-for";

/// What a service serves, once it does.
#[derive(Clone, Default)]
pub(crate) struct Slot(Arc<OnceLock<Router>>);

/// All services.
#[derive(Clone, Default)]
pub(crate) struct Slots {
    pub(crate) agent: Slot,
    pub(crate) backend: Slot,
    pub(crate) notifier: Slot,
    pub(crate) realtime: Slot,
    pub(crate) scheduler: Slot,
}

impl Slot {
    /// Where the service puts it, and hears that the front is `closed`.
    pub(crate) fn door(&self, closed: &CancellationToken) -> Door {
        Door::Shared {
            place: Arc::clone(&self.0),
            closed: closed.clone(),
        }
    }

    /// Filled already.
    pub(crate) fn of(router: Router) -> Self {
        Self(Arc::new(OnceLock::from(router)))
    }

    /// `None` while the service is starting.
    pub(crate) async fn ask(&self, request: Request) -> Option<Response> {
        let router = self.0.get()?.clone();
        let answered = router.oneshot(request).await;
        Some(answered.unwrap_or_else(|never: Infallible| match never {}))
    }
}

impl Slots {
    pub(crate) fn all(&self) -> [&Slot; 5] {
        [
            &self.agent,
            &self.backend,
            &self.notifier,
            &self.realtime,
            &self.scheduler,
        ]
    }

    /// Everything but `own`, which answers first.
    pub(crate) fn behind(self, own: Router) -> Router {
        let answer = move |request: Request| {
            let slots = self.clone();
            async move {
                if request.uri().path() == METRICS && !is_local(&request) {
                    return Ok(StatusCode::NOT_FOUND.into_response());
                }
                let slot = slots.of(request.uri().path()).clone();
                let answered = slot.ask(request).await;
                Ok::<_, Infallible>(answered.unwrap_or_else(starting))
            }
        };
        own.fallback_service(service_fn(answer))
    }

    fn of(&self, path: &str) -> &Slot {
        let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| path.starts_with(prefix));
        if begins(&SOCKETS) {
            &self.realtime
        } else if begins(&AGENT) || is_chat(path) {
            &self.agent
        } else {
            &self.backend
        }
    }
}

/// `/api/{user_id}/chat`, and what is below it.
fn is_chat(path: &str) -> bool {
    let mut parts = path.split('/').skip(1);
    let begins = [parts.next(), parts.next(), parts.next()];
    matches!(begins, [Some("api"), Some(_), Some("chat")])
}

/// From this machine, and not for somebody behind a proxy on it.
fn is_local(request: &Request) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let is_here = peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    is_here && !request.headers().contains_key(FORWARDED)
}

fn starting() -> Response {
    let soon = [(RETRY_AFTER, HeaderValue::from_static("1"))];
    (StatusCode::SERVICE_UNAVAILABLE, soon, "starting").into_response()
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Uri, routing::get};

    use super::*;

    #[test]
    fn every_path_leads_to_who_serves_it() {
        let slots = Slots::default();
        let leads = |path: &str, to: &Slot| Arc::ptr_eq(&slots.of(path).0, &to.0);
        for path in ["/ws/user/1/tasks", "/sse/user/1/tasks"] {
            assert!(leads(path, &slots.realtime), "{path}");
        }
        for path in [
            "/mcp",
            "/chatkit",
            "/.well-known/oauth-protected-resource/mcp",
            "/api/1/chat",
            "/api/1/chat/confirmations/2",
        ] {
            assert!(leads(path, &slots.agent), "{path}");
        }
        for path in [
            "/",
            "/docs",
            "/metrics",
            "/api/1/tasks",
            "/api/1/chats",
            "/api/chat/tasks",
            "/api/1/conversations/chat",
            "/calendar.ics",
        ] {
            assert!(leads(path, &slots.backend), "{path}");
        }
    }

    #[tokio::test]
    async fn metrics_are_for_this_machine_alone() {
        let measured = Router::new().route(METRICS, get(StatusCode::OK));
        let slots = Slots {
            backend: Slot::of(measured),
            ..Slots::default()
        };
        let front = slots.behind(Router::new());
        for (peer, forwarded, expected) in [
            ("127.0.0.1:1", None, StatusCode::OK),
            ("[::1]:1", None, StatusCode::OK),
            ("[::ffff:127.0.0.1]:1", None, StatusCode::OK),
            ("127.0.0.1:1", Some("203.0.113.7"), StatusCode::NOT_FOUND),
            ("10.0.0.9:1", None, StatusCode::NOT_FOUND),
        ] {
            let peer: SocketAddr = peer.parse().unwrap();
            let mut request = Request::new(Body::empty());
            *request.uri_mut() = Uri::from_static(METRICS);
            request.extensions_mut().insert(ConnectInfo(peer));
            if let Some(forwarded) = forwarded {
                let forwarded = HeaderValue::from_static(forwarded);
                request.headers_mut().insert(FORWARDED, forwarded);
            }
            let answer = front.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), expected, "{peer}, for {forwarded:?}");
        }
    }
}
