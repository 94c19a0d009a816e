//! Every route.

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, Method, header},
    middleware,
    routing::{get, post},
};
use telemetry::{correlation, health::Health};
use tower_http::{cors::CorsLayer, set_header::SetResponseHeaderLayer};

use crate::{chat, chatkit, door, gateway::Gateway, mcp};

/// As large as the backend takes a body.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// All routes, with correlation, access log and metrics.
pub fn router(gateway: &Arc<Gateway>, health: &Health) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(gateway.origins.clone())
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static(correlation::HEADER),
        ])
        .expose_headers([
            header::RETRY_AFTER,
            HeaderName::from_static(correlation::HEADER),
        ]);
    let people = Router::new()
        .route("/chatkit", post(chatkit::endpoint::chatkit))
        .route("/api/{user_id}/chat", post(chat::endpoint::chat))
        .route(
            "/api/{user_id}/chat/confirmations/{id}",
            post(chat::endpoint::decide),
        )
        .route_layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .route_layer(middleware::from_fn_with_state(
            Arc::clone(gateway),
            door::admit,
        ))
        .layer(cors)
        .with_state(Arc::clone(gateway));
    let metadata = Router::new()
        .route(
            "/.well-known/oauth-protected-resource",
            get(mcp::metadata::show),
        )
        .route(
            "/.well-known/oauth-protected-resource/mcp",
            get(mcp::metadata::show),
        )
        .with_state(Arc::clone(gateway));
    Router::new()
        .merge(people)
        .merge(mcp::http::router(gateway))
        .merge(metadata)
        .merge(health.router())
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(middleware::from_fn(telemetry::http::track))
}
