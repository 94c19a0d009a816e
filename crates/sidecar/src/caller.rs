//! Who is calling one of our gRPC services.

use events::UserId;
use telemetry::{correlation::CorrelationId, grpc};
use tonic::Request;

/// The header in which a sidecar names the app that calls.
pub(crate) const CALLER: &str = "dapr-caller-app-id";

/// What the caller's sidecar and the caller say.
///
/// The API token has shown that the call comes through our sidecar. The app-id
/// can be trusted only with mTLS between the sidecars; without it, daprd passes
/// on what the caller's side claims.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_field_names, reason = "three different ids")]
pub struct Caller {
    pub app_id: Option<String>,
    /// On whose behalf.
    pub user_id: Option<UserId>,
    /// A new one if the caller sent none.
    pub correlation_id: CorrelationId,
}

/// Reads the metadata of a call that came through the sidecar.
pub fn caller<T>(request: &Request<T>) -> Caller {
    let metadata = request.metadata();
    let origin = grpc::extract(metadata);
    Caller {
        app_id: metadata
            .get(CALLER)
            .and_then(|app_id| Some(app_id.to_str().ok()?.to_owned())),
        user_id: origin.user_id.and_then(|user| user.parse().ok()),
        correlation_id: origin.correlation_id,
    }
}
