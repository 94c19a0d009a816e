//! A gateway on a port of its own, and all that it needs.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use auth::{AuthArgs, JwtMode, SessionSecrets, Verifier};
use events::{Event, UserId};
use jsonwebtoken::{EncodingKey, Header};
use proto::v1::task_service_server::TaskServiceServer;
use realtime::{
    backend::Backend, config::Limits, consumer::Consumer, gateway::Gateway, hub::Hub,
    refused::Refused, router::router,
};
use serde_json::json;
use sidecar::{EventHandler, Outcome};
use telemetry::{clock, health::Health};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::task::TaskTracker;
use tonic::transport::{Endpoint, Server};

use crate::{backend::FakeBackend, client::Client};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// The one origin that may connect.
pub(crate) const ORIGIN: &str = "https://app.example";

pub(crate) const LIMITS: Limits = Limits {
    socket_queue: 1024,
    sockets_per_user: 50,
    refused_per_minute: 60,
    socket_messages_per_second: 10,
    socket_message_bytes: 4096,
    socket_inactivity: Duration::from_mins(5),
    socket_ping: Duration::from_secs(30),
    head_sweep: Duration::from_secs(5),
};

pub(crate) struct World {
    pub(crate) backend: FakeBackend,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) address: SocketAddr,
    consumer: Consumer,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(LIMITS).await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        let backend = FakeBackend::default();
        let (listener, address) = listen().await;
        let service = TaskServiceServer::new(backend.clone());
        tokio::spawn(
            Server::builder()
                .add_service(service)
                .serve_with_incoming(TcpListenerStream::new(listener)),
        );
        let channel = Endpoint::from_shared(format!("http://{address}"))
            .unwrap()
            .connect_lazy();

        let health = Health::new("realtime", "0.0.0");
        let args = AuthArgs {
            jwt_mode: JwtMode::Hs256,
            jwt_jwks_url: None,
            jwt_issuer: None,
            jwt_audience: None,
            jwt_leeway_seconds: 0,
        };
        let secrets = SessionSecrets {
            signing: Some(SECRET.into()),
            accepted: None,
        };
        let hub = Hub::new(limits.sockets_per_user, limits.socket_queue);
        let gateway = Arc::new(Gateway {
            hub: hub.clone(),
            backend: Backend::new(channel, health.clone()),
            verifier: Verifier::new(&args, &secrets).unwrap(),
            origins: vec![ORIGIN.parse().unwrap()],
            limits,
            trusted_proxies: 0,
            refused: Refused::new(limits.refused_per_minute),
            connections: TaskTracker::new(),
        });
        let (listener, address) = listen().await;
        let app = router(Arc::clone(&gateway), &health);
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(axum::serve(listener, app).into_future());
        Self {
            backend,
            gateway,
            address,
            consumer: Consumer(hub),
        }
    }

    /// Delivers an event as daprd would.
    pub(crate) async fn deliver(&self, event: &Event) {
        assert_eq!(self.consumer.handle(event.clone()).await, Outcome::Done);
    }

    /// Writes an event and delivers it.
    pub(crate) async fn happen(&self, user: UserId) -> Event {
        let event = self.backend.write(user);
        self.deliver(&event).await;
        event
    }

    /// Connects a socket of the user, who has a valid token.
    pub(crate) async fn connect(&self, user: UserId, since: Option<u64>) -> Client {
        let since = since.map_or(String::new(), |since| format!("&since={since}"));
        let token = token(user);
        self.open(&format!("/ws/user/{user}/tasks?token={token}{since}"))
            .await
    }

    pub(crate) async fn open(&self, path: &str) -> Client {
        Client::open(self.address, path, &[]).await.unwrap()
    }

    /// Waits until the hub has this many connections.
    pub(crate) async fn connections(&self, count: usize) {
        let connected = || {
            let users = self.gateway.hub.connected();
            users.iter().map(|(_, theirs)| theirs.len()).sum::<usize>()
        };
        while connected() != count {
            tokio::task::yield_now().await;
        }
    }
}

/// A token that is good for an hour.
pub(crate) fn token(user: UserId) -> String {
    token_for(user, 3_600)
}

/// A token that expires in so many seconds.
pub(crate) fn token_for(user: UserId, seconds: i64) -> String {
    let claims = json!({ "sub": user, "exp": clock::now().as_second() + seconds });
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    jsonwebtoken::encode(&Header::default(), &claims, &key).unwrap()
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}
