//! The server that daprd calls.

use std::sync::Arc;

use dapr::dapr::proto::runtime::v1::{
    app_callback_alpha_server::AppCallbackAlphaServer,
    app_callback_health_check_server::AppCallbackHealthCheckServer,
    app_callback_server::AppCallbackServer,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::{
    service::Routes,
    transport::server::{Server, TcpIncoming},
};
use tower::{filter::FilterLayer, util::MapResponseLayer};

use super::{Connection, connection::MAX_MESSAGE_BYTES};
use crate::{
    ServeError,
    callbacks::Served,
    serve::{drained, never_unimplemented},
};

/// daprd adds trace headers once per entry of a bulk delivery. With the 16 KiB
/// that are the default, it could never send one of 88 entries or more.
const MAX_HEADER_BYTES: u32 = 1 << 20;

/// Serves daprd's callbacks and the app's own gRPC services until shutdown.
pub(crate) async fn serve(
    listener: TcpListener,
    served: Served,
    services: Routes,
    daprd: Connection,
    shutdown: CancellationToken,
) -> Result<(), ServeError> {
    let token = daprd.app_token().clone();
    token.warn_if_unset();
    let answers = Arc::new(served);
    let seeker = Arc::clone(&answers);
    let seeking = async move { seeker.find_session(&daprd).await };
    tokio::spawn(shutdown.clone().run_until_cancelled_owned(seeking));
    let callback = AppCallbackServer::from_arc(Arc::clone(&answers))
        .max_decoding_message_size(MAX_MESSAGE_BYTES);
    let alpha = AppCallbackAlphaServer::from_arc(Arc::clone(&answers))
        .max_decoding_message_size(MAX_MESSAGE_BYTES);
    let routes = services
        .add_service(callback)
        .add_service(alpha)
        .add_service(AppCallbackHealthCheckServer::from_arc(answers))
        .prepare();

    let serving = Server::builder()
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .trace_fn(telemetry::grpc::request_span)
        .layer(MapResponseLayer::new(never_unimplemented))
        .layer(FilterLayer::new(token))
        .add_routes(routes)
        .serve_with_incoming_shutdown(
            TcpIncoming::from(listener).with_nodelay(Some(true)),
            shutdown.clone().cancelled_owned(),
        );
    drained(serving, &shutdown).await
}
