//! An agent on a port of its own, and all that it needs.

use std::{net::SocketAddr, sync::Arc};

use agent::{
    backend::Backend,
    chat::{Model, Places},
    config::{ChatArgs, ModelArgs},
    gateway::Gateway,
    recorder::Recorder,
    router::router,
};
use clap::{Args, FromArgMatches};
use events::UserId;
use proto::v1::{
    api_service_server::ApiServiceServer, conversation_service_server::ConversationServiceServer,
};
use reqwest::RequestBuilder;
use rmcp::model::RequestStateCodec;
use serde_json::{Value, json};
use telemetry::health::Health;
use testing::{FakeModel, MODEL_KEY};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::transport::{Endpoint, Server};

use crate::backend::FakeBackend;

/// The one origin whose pages may ask.
pub(crate) const ORIGIN: &str = "http://localhost:3000";

/// A bearer of a person who exists in every world.
pub(crate) const SESSION: &str = "session-of-ann";

pub(crate) struct World {
    pub(crate) backend: FakeBackend,
    pub(crate) model: FakeModel,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) address: SocketAddr,
    pub(crate) http: reqwest::Client,
    /// Whose [`SESSION`] it is.
    pub(crate) ann: UserId,
}

impl World {
    /// With a language model.
    pub(crate) async fn start() -> Self {
        Self::with(&[], true).await
    }

    /// With the built-in command reader.
    pub(crate) async fn without_model() -> Self {
        Self::with(&[], false).await
    }

    /// With more arguments for the chat and the model.
    pub(crate) async fn with(args: &[&str], has_key: bool) -> Self {
        // Without a provider reqwest panics. One that is installed already is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let backend = FakeBackend::default();
        let ann = backend.person(SESSION);
        let model = FakeModel::start().await.unwrap();
        let (listener, address) = listen().await;
        tokio::spawn(
            Server::builder()
                .add_service(ApiServiceServer::new(backend.clone()))
                .add_service(ConversationServiceServer::new(backend.clone()))
                .serve_with_incoming(TcpListenerStream::new(listener)),
        );
        let channel = Endpoint::from_shared(format!("http://{address}"))
            .unwrap()
            .connect_lazy();
        let health = Health::new("agent", "0.0.0");
        let client = Backend::new(channel, health.clone());
        let base_url = model.base_url();
        let own = ["agent", "--openai-base-url", base_url.as_str()];
        let args = own.iter().chain(args);
        let command = ChatArgs::augment_args(clap::Command::new("agent"));
        let matches = ModelArgs::augment_args(command).get_matches_from(args);
        let chat = ChatArgs::from_arg_matches(&matches).unwrap();
        let args = ModelArgs::from_arg_matches(&matches).unwrap();
        let key = has_key.then(|| MODEL_KEY.into());
        let gateway = Arc::new(Gateway {
            model: Model::new(&args, key).unwrap(),
            places: Places::new(&chat),
            seal: RequestStateCodec::try_new(b"0123456789abcdef0123456789abcdef").unwrap(),
            recorder: Recorder::new(client.clone()),
            backend: client,
            app_url: "https://app.example".to_owned(),
            origins: vec![ORIGIN.parse().unwrap()],
            mcp_hosts: Vec::new(),
            trusted_proxies: 0,
            turns: TaskTracker::new(),
            shutdown: CancellationToken::new(),
        });
        let (listener, address) = listen().await;
        let app = router(&gateway, &health);
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(axum::serve(listener, app).into_future());
        Self {
            backend,
            model,
            gateway,
            address,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            ann,
        }
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        let url = format!("http://{}{path}", self.address);
        self.http.post(url).bearer_auth(SESSION).json(body)
    }

    /// A message of Ann's, in one piece.
    pub(crate) async fn say(&self, message: &str, key: &str) -> (u16, Value) {
        let body = json!({"message": message});
        let path = format!("/api/{}/chat", self.ann);
        answer(self.post(&path, &body).header("idempotency-key", key)).await
    }
}

/// Status and body.
pub(crate) async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}
