//! The server that daprd calls.

use std::{sync::Arc, time::Duration};

use dapr::dapr::proto::runtime::v1::{
    app_callback_alpha_server::AppCallbackAlphaServer,
    app_callback_health_check_server::AppCallbackHealthCheckServer,
    app_callback_server::AppCallbackServer,
};
use http::{HeaderValue, Response};
use tokio::{net::TcpListener, time::sleep};
use tokio_util::sync::CancellationToken;
use tonic::{
    Code, Status,
    service::Routes,
    transport::server::{Server, TcpIncoming},
};
use tower::{filter::FilterLayer, util::MapResponseLayer};

use crate::{Callbacks, Sidecar, callbacks::Served, client::MAX_MESSAGE_BYTES};

/// daprd adds trace headers once per entry of a bulk delivery. With the 16 KiB
/// that are the default, it could never send one of 88 entries or more.
const MAX_HEADER_BYTES: u32 = 1 << 20;

/// How long calls may go on after the shutdown.
const DRAIN: Duration = Duration::from_secs(8);

/// The server stopped before it was told to.
#[derive(Debug, thiserror::Error)]
#[error("the server for the sidecar failed")]
pub struct ServeError(#[from] tonic::transport::Error);

/// Serves daprd's callbacks and the app's own gRPC services until shutdown, then lets the calls
/// that have begun come to their end.
///
/// The listener should be on 127.0.0.1: daprd is the only caller. It has to show `APP_API_TOKEN`
/// wherever it can. Nothing answers "unimplemented", which daprd takes for an acknowledgement.
pub async fn serve(
    listener: TcpListener,
    callbacks: Callbacks,
    services: Routes,
    sidecar: Sidecar,
    shutdown: CancellationToken,
) -> Result<(), ServeError> {
    let token = sidecar.app_token().clone();
    token.warn_if_unset();
    let answers = Arc::new(Served::new(callbacks, sidecar));
    let seeker = Arc::clone(&answers);
    let seeking = async move { seeker.find_session().await };
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

    let server = Server::builder()
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .trace_fn(telemetry::grpc::request_span)
        .layer(MapResponseLayer::new(never_unimplemented))
        .layer(FilterLayer::new(token))
        .add_routes(routes)
        .serve_with_incoming_shutdown(
            TcpIncoming::from(listener).with_nodelay(Some(true)),
            shutdown.clone().cancelled_owned(),
        );
    let drained = async {
        shutdown.cancelled().await;
        sleep(DRAIN).await;
    };
    tokio::select! {
        ended = server => Ok(ended?),
        () = drained => {
            tracing::warn!("Calls were still going on {DRAIN:?} after the shutdown");
            Ok(())
        }
    }
}

/// tonic says "unimplemented" for services and methods that it does not know.
fn never_unimplemented<B>(mut response: Response<B>) -> Response<B> {
    if Status::from_header_map(response.headers())
        .is_some_and(|status| status.code() == Code::Unimplemented)
    {
        let not_found = HeaderValue::from(i32::from(Code::NotFound));
        response.headers_mut().insert("grpc-status", not_found);
    }
    response
}
