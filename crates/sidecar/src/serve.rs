//! What an app is called for, until it stops.

use std::time::Duration;

use http::{HeaderValue, Response};
use tokio::{net::TcpListener, time::sleep};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status, service::Routes};

use crate::{Callbacks, Sidecar, callbacks::Served, client::Means, daprd, direct};

/// How long calls may go on after the shutdown.
const DRAIN: Duration = Duration::from_secs(8);

/// The server stopped before it was told to.
#[derive(Debug, thiserror::Error)]
#[error("the server for the sidecar failed")]
pub struct ServeError(#[from] tonic::transport::Error);

/// Serves the callbacks and the app's own gRPC services until shutdown, then lets the calls
/// that have begun come to their end.
///
/// The listener should be on 127.0.0.1: daprd is the only caller. It has to show `APP_API_TOKEN`
/// wherever it can. Nothing answers "unimplemented", which daprd takes for an acknowledgement.
/// Without a daprd nobody calls from outside, and the listener is closed.
pub async fn serve(
    listener: TcpListener,
    callbacks: Callbacks,
    services: Routes,
    sidecar: Sidecar,
    shutdown: CancellationToken,
) -> Result<(), ServeError> {
    let served = Served::new(callbacks, sidecar.clone());
    match sidecar.0 {
        Means::Daprd(daprd) => daprd::serve(listener, served, services, daprd, shutdown).await,
        Means::InProcess(here) => {
            drop(listener);
            direct::serve(here, served, services, shutdown).await
        }
    }
}

/// The server's end, or that of its patience with calls that do not end.
pub(crate) async fn drained(
    server: impl Future<Output = Result<(), tonic::transport::Error>>,
    shutdown: &CancellationToken,
) -> Result<(), ServeError> {
    let patience = async {
        shutdown.cancelled().await;
        sleep(DRAIN).await;
    };
    tokio::select! {
        ended = server => Ok(ended?),
        () = patience => {
            tracing::warn!("Calls were still going on {DRAIN:?} after the shutdown");
            Ok(())
        }
    }
}

/// tonic says "unimplemented" for services and methods that it does not know.
pub(crate) fn never_unimplemented<B>(mut response: Response<B>) -> Response<B> {
    if Status::from_header_map(response.headers())
        .is_some_and(|status| status.code() == Code::Unimplemented)
    {
        let not_found = HeaderValue::from(i32::from(Code::NotFound));
        response.headers_mut().insert("grpc-status", not_found);
    }
    response
}
