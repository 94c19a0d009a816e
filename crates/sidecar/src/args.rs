//! Where the sidecar is, and the secrets shared with it.

use secrecy::SecretString;

use crate::InProcess;

/// Set by `dapr run`, the Kubernetes injector or `cargo xtask up`.
#[derive(Clone, Debug, clap::Args)]
pub struct SidecarArgs {
    /// The sidecar's gRPC API, such as `http://127.0.0.1:50001`; wins over the port.
    #[arg(long, env)]
    pub dapr_grpc_endpoint: Option<String>,

    /// The port of the sidecar's gRPC API on this machine.
    #[arg(long, env, default_value_t = 50001)]
    pub dapr_grpc_port: u16,

    /// What we show the sidecar.
    #[arg(long, env, hide_env_values = true)]
    pub dapr_api_token: Option<SecretString>,

    /// What the sidecar must show us.
    #[arg(long, env, hide_env_values = true)]
    pub app_api_token: Option<SecretString>,

    /// The port on which this app serves the sidecar, on this machine only.
    #[arg(long, env, default_value_t = 50051)]
    pub app_port: u16,

    /// What does the sidecar's work where there is none; then the rest of this means nothing.
    #[arg(skip)]
    pub in_process: Option<InProcess>,
}

impl SidecarArgs {
    pub(crate) fn endpoint(&self) -> String {
        self.dapr_grpc_endpoint
            .clone()
            .filter(|endpoint| !endpoint.is_empty())
            .unwrap_or_else(|| format!("http://127.0.0.1:{}", self.dapr_grpc_port))
    }
}

/// The configuration of the sidecar cannot work.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("DAPR_GRPC_ENDPOINT is not a URI such as http://127.0.0.1:50001")]
    Endpoint(#[source] tonic::transport::Error),
    /// The sidecar is on the same machine, or in the same pod.
    #[error("DAPR_GRPC_ENDPOINT must start with http://")]
    Scheme,
    #[error("DAPR_API_TOKEN has characters that a header cannot carry")]
    Token,
    #[error("`{0}` is not an app-id")]
    AppId(String),
}
