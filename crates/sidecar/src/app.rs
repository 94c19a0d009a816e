//! Calls to another app's gRPC services, through both sidecars.

use std::time::Duration;

use telemetry::{correlation::CorrelationId, grpc};
use tonic::{
    Request, Status,
    metadata::AsciiMetadataValue,
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};

use crate::{ConfigError, token::Token};

/// Another app, as the transport of a generated client.
///
/// A deadline that passes comes back as `DEADLINE_EXCEEDED` or, from tonic
/// itself, as `CANCELLED`.
pub type App = InterceptedService<Channel, ToApp>;

/// For a call without a deadline of its own.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);

/// Addresses a call and says where it comes from.
#[derive(Clone)]
pub struct ToApp {
    app_id: AsciiMetadataValue,
    token: Token,
}

impl ToApp {
    pub(crate) fn new(app_id: &str, token: Token) -> Result<Self, ConfigError> {
        let invalid = || ConfigError::AppId(app_id.to_owned());
        if app_id.is_empty() {
            return Err(invalid());
        }
        Ok(Self {
            app_id: app_id.parse().map_err(|_| invalid())?,
            token,
        })
    }
}

impl Interceptor for ToApp {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        let mut request = self.token.call(request)?;
        let metadata = request.metadata_mut();
        metadata.insert("dapr-app-id", self.app_id.clone());

        let correlation_id = CorrelationId::current().unwrap_or_else(CorrelationId::new);
        let on_behalf_of = grpc::extract(metadata).user_id;
        grpc::inject(metadata, &correlation_id, on_behalf_of.as_deref());

        if !metadata.contains_key("grpc-timeout") {
            request.set_timeout(DEFAULT_DEADLINE);
        }
        Ok(request)
    }
}
