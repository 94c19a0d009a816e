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
use tonic::{
    service::interceptor::InterceptedService,
    transport::{Channel, Endpoint},
};

use super::{
    token::{AppToken, Token},
    version,
};
use crate::{
    CallError, ConfigError, SidecarArgs,
    call::{call, within},
};

/// Deadline of calls for state, secrets and metadata.
pub(crate) const LOOKUP_DEADLINE: Duration = Duration::from_secs(2);

/// Both ways. Above daprd's default of 4 MiB, so that the limit is daprd's to set.
pub(super) const MAX_MESSAGE_BYTES: usize = 16 << 20;

/// How often a wait is mentioned again.
const REMIND_EVERY: Duration = Duration::from_secs(10);

/// Clones share one connection, which is opened when first used and reopened when lost.
#[derive(Clone)]
pub(crate) struct Connection(Arc<Inner>);

struct Inner {
    endpoint: String,
    channel: Channel,
    token: Token,
    app_token: AppToken,
    app_id: OnceCell<String>,
}

pub(super) type Client = DaprClient<InterceptedService<Channel, Token>>;

impl Connection {
    /// Connects to nothing yet.
    pub(crate) fn new(args: &SidecarArgs) -> Result<Self, ConfigError> {
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

    pub(crate) async fn secrets(
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

    pub(crate) fn channel(&self) -> Channel {
        self.0.channel.clone()
    }

    pub(crate) fn token(&self) -> Token {
        self.0.token.clone()
    }

    pub(super) fn client(&self) -> Client {
        DaprClient::with_interceptor(self.0.channel.clone(), self.0.token.clone())
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES)
    }

    pub(super) fn app_token(&self) -> &AppToken {
        &self.0.app_token
    }

    /// The app-id under which the sidecar knows this process.
    pub(crate) async fn app_id(&self) -> Result<&str, CallError> {
        let ask = || async { Ok(self.metadata().await?.id) };
        self.0.app_id.get_or_try_init(ask).await.map(String::as_str)
    }

    pub(super) async fn metadata(&self) -> Result<GetMetadataResponse, CallError> {
        let mut client = self.client();
        let reply = client.get_metadata(within(LOOKUP_DEADLINE, GetMetadataRequest {}));
        call("GetMetadata", LOOKUP_DEADLINE, reply).await
    }

    pub(crate) async fn until_it_answers(&self) {
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
    pub(crate) async fn obstacle(&self) -> Option<String> {
        match self.metadata().await {
            Ok(metadata) => version::complaint(&metadata.runtime_version),
            Err(error) => Some(format!("{:?}", error.code())),
        }
    }
}
