//! What a client must know before it can ask: RFC 9728.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
};
use serde_json::{Value, json};

use crate::gateway::Gateway;

/// Where the document about `/mcp` is.
pub(super) const PATH: &str = "/.well-known/oauth-protected-resource/mcp";

/// `GET /.well-known/oauth-protected-resource`, also followed by `/mcp`.
pub async fn show(State(gateway): State<Arc<Gateway>>, headers: HeaderMap) -> Json<Value> {
    let origin = origin(&gateway, &headers);
    Json(json!({
        "resource": format!("{origin}/mcp"),
        "resource_name": "TaskFlow",
        "bearer_methods_supported": ["header"],
        "scopes_supported": ["read", "write"],
        "resource_documentation": format!("{}/settings", gateway.app_url),
    }))
}

/// Where the client has found us: behind the app's own name, or on a port of this machine. Any
/// other name is not repeated.
pub(super) fn origin(gateway: &Gateway, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_local = host
        .parse::<axum::http::uri::Authority>()
        .is_ok_and(|host| ["localhost", "127.0.0.1", "[::1]"].contains(&host.host()));
    if is_local {
        format!("http://{host}")
    } else {
        gateway.app_url.clone()
    }
}
