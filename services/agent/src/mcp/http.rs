//! MCP over streamable HTTP, at `/mcp`.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::Response,
};
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
};

use super::{metadata, server::Server};
use crate::{door, gateway::Gateway};

/// Proxies end connections that are silent for longer.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

const MAX_BODY_BYTES: usize = 256 * 1024;

/// `/mcp`, behind an allowed origin, a good bearer, and one of our own names, in this order.
pub fn router(gateway: &Arc<Gateway>) -> Router {
    let origins = gateway.origins.iter();
    let origins = origins.filter_map(|origin| origin.to_str().ok());
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_sse_keep_alive(Some(KEEP_ALIVE))
        .with_max_request_body_bytes(MAX_BODY_BYTES)
        .with_allowed_hosts(gateway.hosts())
        .with_allowed_origins(origins.map(with_port))
        .enforce_origin_validation();
    let shared = Arc::clone(gateway);
    let service = StreamableHttpService::new(
        move || Ok(Server::new(Arc::clone(&shared))),
        Arc::new(NeverSessionManager::default()),
        config,
    );
    Router::new()
        .route_service("/mcp", service)
        .route_layer(middleware::from_fn_with_state(
            Arc::clone(gateway),
            door::admit,
        ))
        .route_layer(middleware::from_fn_with_state(
            Arc::clone(gateway),
            point_to_metadata,
        ))
}

/// An origin without a port means the scheme's own, and no other.
fn with_port(origin: &str) -> String {
    let has_port = origin
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    match origin.split_once(':') {
        Some(("https", _)) if !has_port => format!("{origin}:443"),
        Some(("http", _)) if !has_port => format!("{origin}:80"),
        _ => origin.to_owned(),
    }
}

/// Tells whoever has no good bearer where to read how to get one.
async fn point_to_metadata(
    State(gateway): State<Arc<Gateway>>,
    request: Request,
    next: Next,
) -> Response {
    let origin = metadata::origin(&gateway, request.headers());
    let mut response = next.run(request).await;
    if response.status() == StatusCode::UNAUTHORIZED {
        let challenge = format!("Bearer resource_metadata=\"{origin}{}\"", metadata::PATH);
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            let headers = response.headers_mut();
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_without_a_port_means_one_port() {
        assert_eq!(with_port("https://app.example"), "https://app.example:443");
        assert_eq!(with_port("http://app.example"), "http://app.example:80");
        assert_eq!(with_port("http://localhost:3000"), "http://localhost:3000");
    }
}
