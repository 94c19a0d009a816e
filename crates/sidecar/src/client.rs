//! The connection to the sidecar.

use std::{collections::HashMap, sync::Arc, time::Duration};

use dapr::dapr::proto::runtime::v1::{
    GetMetadataRequest, GetMetadataResponse, GetSecretRequest, dapr_client::DaprClient,
};
use secrecy::SecretString;
use tokio::{
    sync::OnceCell,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;
use tonic::{
    service::interceptor::InterceptedService,
    transport::{Channel, Endpoint},
};

use crate::{
    App, CallError, ConfigError, SidecarArgs, State, ToApp,
    call::{call, within},
    token::{AppToken, Token},
    version,
};

/// Deadline of calls for state, secrets and metadata.
pub(crate) const LOOKUP_DEADLINE: Duration = Duration::from_secs(2);

/// Both ways. Above daprd's default of 4 MiB, so that the limit is daprd's to set.
pub(crate) const MAX_MESSAGE_BYTES: usize = 16 << 20;

/// How often a wait is mentioned again.
const REMIND_EVERY: Duration = Duration::from_secs(10);

/// A handle to the sidecar beside this process. Clones share one connection,
/// which is opened when first used and reopened when lost.
#[derive(Clone)]
pub struct Sidecar(Arc<Inner>);

struct Inner {
    endpoint: String,
    channel: Channel,
    token: Token,
    app_token: AppToken,
    app_id: OnceCell<String>,
}

pub(crate) type Client = DaprClient<InterceptedService<Channel, Token>>;

impl Sidecar {
    /// Connects to nothing yet.
    pub fn new(args: &SidecarArgs) -> Result<Self, ConfigError> {
        let endpoint = args.endpoint();
        if !endpoint.starts_with("http://") {
            return Err(ConfigError::Scheme);
        }
        // No `Endpoint::timeout`: it would cut long calls whatever deadline they have.
        let channel = Endpoint::from_shared(endpoint.clone())
            .map_err(ConfigError::Endpoint)?
            .connect_timeout(Duration::from_secs(2))
            .tcp_nodelay(true)
            .http2_keep_alive_interval(Duration::from_secs(20))
            .keep_alive_while_idle(true)
            .initial_stream_window_size(1 << 20)
            .initial_connection_window_size(4 << 20)
            .connect_lazy();
        Ok(Self(Arc::new(Inner {
            endpoint,
            channel,
            token: Token::new(args.dapr_api_token.as_ref())?,
            app_token: AppToken::new(args.app_api_token.as_ref()),
            app_id: OnceCell::new(),
        })))
    }

    /// Waits until a sidecar answers that does; false when shut down before one did.
    pub async fn wait(&self, shutdown: &CancellationToken) -> bool {
        shutdown
            .run_until_cancelled(self.until_it_answers())
            .await
            .is_some()
    }

    /// The values of one secret, such as the entries of a Kubernetes Secret.
    pub async fn secrets(
        &self,
        store: &str,
        name: &str,
    ) -> Result<HashMap<String, SecretString>, CallError> {
        let request = GetSecretRequest {
            store_name: store.to_owned(),
            key: name.to_owned(),
            metadata: HashMap::new(),
        };
        let mut client = self.client();
        let reply = client.get_secret(within(LOOKUP_DEADLINE, request));
        let secret = call("GetSecret", LOOKUP_DEADLINE, reply).await?;
        Ok(secret
            .data
            .into_iter()
            .map(|(name, value)| (name, value.into()))
            .collect())
    }

    /// The gRPC services of another app: `TaskServiceClient::new(sidecar.app("taskflow-backend")?)`.
    ///
    /// A call without a deadline of its own gets five seconds. daprd may
    /// repeat a call, so the method must bear it.
    pub fn app(&self, app_id: &str) -> Result<App, ConfigError> {
        let to_app = ToApp::new(app_id, self.0.token.clone())?;
        Ok(InterceptedService::new(self.0.channel.clone(), to_app))
    }

    /// The state store that all apps share.
    pub fn state(&self) -> State {
        State::new(self.client())
    }

    pub(crate) fn client(&self) -> Client {
        DaprClient::with_interceptor(self.0.channel.clone(), self.0.token.clone())
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES)
    }

    pub(crate) fn app_token(&self) -> &AppToken {
        &self.0.app_token
    }

    /// The app-id under which the sidecar knows this process.
    pub(crate) async fn app_id(&self) -> Result<&str, CallError> {
        let ask = || async { Ok(self.metadata().await?.id) };
        self.0.app_id.get_or_try_init(ask).await.map(String::as_str)
    }

    pub(crate) async fn metadata(&self) -> Result<GetMetadataResponse, CallError> {
        let mut client = self.client();
        let reply = client.get_metadata(within(LOOKUP_DEADLINE, GetMetadataRequest {}));
        call("GetMetadata", LOOKUP_DEADLINE, reply).await
    }

    async fn until_it_answers(&self) {
        let mut pause = Duration::from_millis(50);
        let mut remind_at = Instant::now();
        while let Some(obstacle) = self.obstacle().await {
            if remind_at <= Instant::now() {
                let endpoint = &self.0.endpoint;
                tracing::info!(%endpoint, "Waiting for the sidecar at {endpoint}: {obstacle}");
                remind_at = Instant::now() + REMIND_EVERY;
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    /// Why the sidecar cannot be used now.
    async fn obstacle(&self) -> Option<String> {
        match self.metadata().await {
            Ok(metadata) => version::complaint(&metadata.runtime_version),
            Err(error) => Some(format!("{:?}", error.code())),
        }
    }
}
