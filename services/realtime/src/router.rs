//! Every route.

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderName, Method, header},
    middleware,
    routing::get,
};
use telemetry::{correlation, health::Health};
use tower_http::cors::CorsLayer;

use crate::{gateway::Gateway, socket, sse};

/// The WebSocket.
pub const SOCKET: &str = "/ws/user/{user_id}/tasks";
/// The event stream.
pub const EVENT_STREAM: &str = "/sse/user/{user_id}/tasks";

/// All routes, with correlation, access log and metrics.
pub fn router(gateway: Arc<Gateway>, health: &Health) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(gateway.origins.clone())
        .allow_methods([Method::GET])
        .allow_headers([
            header::AUTHORIZATION,
            HeaderName::from_static("last-event-id"),
            HeaderName::from_static(correlation::HEADER),
        ])
        .expose_headers([HeaderName::from_static(correlation::HEADER)]);
    Router::new()
        .route(SOCKET, get(socket::upgrade))
        .route(EVENT_STREAM, get(sse::events).layer(cors))
        .with_state(gateway)
        .merge(health.router())
        .layer(middleware::from_fn(telemetry::http::track))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_asyncapi_document_says_where_they_are() {
        let document = events::asyncapi();
        let address = |channel: &str| document["channels"][channel]["address"].clone();
        assert_eq!(address("socket"), SOCKET);
        assert_eq!(address("event-stream"), EVENT_STREAM);
    }
}
