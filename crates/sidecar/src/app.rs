//! Calls to another app's gRPC services, through both sidecars or within the process.

use std::time::Duration;

use telemetry::{correlation::CorrelationId, grpc};
use tonic::{
    Request, Status,
    metadata::AsciiMetadataValue,
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};

use crate::{ConfigError, caller::CALLER, daprd::token::Token};

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
    credential: Credential,
}

/// What shows the other side that it may believe us.
#[derive(Clone)]
enum Credential {
    /// Our sidecar takes calls from whoever has it, and says who we are.
    Token(Token),
    /// We say so ourselves: nobody else is in this process.
    Caller(AsciiMetadataValue),
}

impl ToApp {
    pub(crate) fn through_sidecar(app_id: &str, token: Token) -> Result<Self, ConfigError> {
        Ok(Self {
            app_id: metadata(app_id)?,
            credential: Credential::Token(token),
        })
    }

    pub(crate) fn from(app_id: &str, caller: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            app_id: metadata(app_id)?,
            credential: Credential::Caller(metadata(caller)?),
        })
    }
}

fn metadata(app_id: &str) -> Result<AsciiMetadataValue, ConfigError> {
    let invalid = || ConfigError::AppId(app_id.to_owned());
    if app_id.is_empty() {
        return Err(invalid());
    }
    app_id.parse().map_err(|_| invalid())
}

impl Interceptor for ToApp {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        match &mut self.credential {
            Credential::Token(token) => request = token.call(request)?,
            Credential::Caller(caller) => {
                request.metadata_mut().insert(CALLER, caller.clone());
            }
        }
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
