//! The two API tokens: what we show the sidecar, and what it shows us.

use http::Request;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tonic::{Status, metadata::AsciiMetadataValue, service::Interceptor};
use tower::{BoxError, filter::Predicate};

use crate::ConfigError;

/// Carries the tokens, in both directions.
pub(crate) const HEADER: &str = "dapr-api-token";

/// What daprd 1.18 asks without showing the token. It gets the names of topics
/// and bindings, and that we live; everything that acts is not among them.
const ASKED_WITHOUT: [&str; 3] = [
    "/dapr.proto.runtime.v1.AppCallback/ListTopicSubscriptions",
    "/dapr.proto.runtime.v1.AppCallback/ListInputBindings",
    "/dapr.proto.runtime.v1.AppCallbackHealthCheck/HealthCheck",
];

/// `DAPR_API_TOKEN`, put on every call.
#[derive(Clone)]
pub(crate) struct Token(Option<AsciiMetadataValue>);

impl Token {
    pub(crate) fn new(token: Option<&SecretString>) -> Result<Self, ConfigError> {
        let header = |token: &SecretString| {
            let value = token.expose_secret().parse();
            let mut value: AsciiMetadataValue = value.map_err(|_| ConfigError::Token)?;
            value.set_sensitive(true);
            Ok(value)
        };
        token
            .filter(|token| is_set(token))
            .map(header)
            .transpose()
            .map(Self)
    }
}

impl Interceptor for Token {
    fn call(&mut self, mut request: tonic::Request<()>) -> Result<tonic::Request<()>, Status> {
        if let Some(token) = &self.0 {
            request.metadata_mut().insert(HEADER, token.clone());
        }
        Ok(request)
    }
}

/// `APP_API_TOKEN`, wanted from every caller if it is configured.
#[derive(Clone)]
pub(crate) struct AppToken(Option<SecretString>);

impl AppToken {
    pub(crate) fn new(token: Option<&SecretString>) -> Self {
        Self(token.filter(|token| is_set(token)).cloned())
    }

    pub(crate) fn warn_if_unset(&self) {
        if self.0.is_none() {
            tracing::warn!("APP_API_TOKEN is not set: any local process can call this app");
        }
    }

    fn admits<B>(&self, request: &Request<B>) -> bool {
        let Some(token) = &self.0 else {
            return true;
        };
        let shown = request.headers().get(HEADER);
        let shown = shown.map_or(&[][..], |shown| shown.as_bytes());
        let equal = token.expose_secret().as_bytes().ct_eq(shown);
        equal.into() || ASKED_WITHOUT.contains(&request.uri().path())
    }
}

impl<B> Predicate<Request<B>> for AppToken {
    type Request = Request<B>;

    fn check(&mut self, request: Request<B>) -> Result<Request<B>, BoxError> {
        if self.admits(&request) {
            Ok(request)
        } else {
            Err(Status::unauthenticated("the sidecar's API token is wanted").into())
        }
    }
}

// An empty variable is how compose files and manifests say "none".
fn is_set(token: &SecretString) -> bool {
    !token.expose_secret().is_empty()
}
