//! An HTTP server that does to requests what a test tells it to.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse, Response},
};
use futures::stream;
use http::{HeaderMap, HeaderName, StatusCode, Uri};
use tokio::{
    io::AsyncReadExt,
    net::TcpListener,
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(20);

/// What it answers.
#[derive(Clone, Debug)]
pub(crate) enum Manner {
    Status(u16),
    With(u16, HeaderName, String),
    /// Never.
    Hang,
    /// A head, and a body without an end.
    Endless,
}

#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    manner: Arc<Mutex<Manner>>,
    got: UnboundedReceiver<Got>,
}

#[derive(Clone)]
struct Shared {
    manner: Arc<Mutex<Manner>>,
    got: UnboundedSender<Got>,
}

impl Receiver {
    pub(crate) async fn start(manner: Manner) -> Self {
        Self::start_on("127.0.0.1:0", manner).await
    }

    pub(crate) async fn start_on(address: &str, manner: Manner) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, got) = mpsc::unbounded_channel();
        let manner = Arc::new(Mutex::new(manner));
        let shared = Shared {
            manner: Arc::clone(&manner),
            got: sender,
        };
        let app = Router::new().fallback(receive).with_state(shared);
        tokio::spawn(axum::serve(listener, app).into_future());
        Self {
            address,
            manner,
            got,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(crate) fn now(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    pub(crate) async fn next(&mut self) -> Got {
        let got = timeout(PATIENCE, self.got.recv()).await;
        got.expect("no request came").unwrap()
    }

    pub(crate) fn got_nothing_more(&mut self) {
        assert!(self.got.try_recv().is_err(), "one request too many");
    }
}

async fn receive(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().to_owned();
    let _ = shared.got.send(Got {
        path,
        headers,
        body,
    });
    let manner = shared.manner.lock().unwrap().clone();
    let status = |code| StatusCode::from_u16(code).unwrap();
    match manner {
        Manner::Status(code) => status(code).into_response(),
        Manner::With(code, name, value) => (status(code), [(name, value)]).into_response(),
        Manner::Hang => std::future::pending().await,
        Manner::Endless => {
            let chunk = Bytes::from_static(&[b'x'; 1024]);
            let chunks = stream::repeat_with(move || Ok::<_, std::io::Error>(chunk.clone()));
            Body::from_stream(chunks).into_response()
        }
    }
}

/// A server that accepts connections and says nothing, not even in TLS. Its address.
pub(crate) async fn silent() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut connections = Vec::new();
        loop {
            connections.push(listener.accept().await.unwrap());
        }
    });
    address
}

/// A server that reads a request and breaks the connection off. Its URL.
pub(crate) async fn breaking_off() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 1024]).await;
        }
    });
    format!("http://{address}/hook")
}

/// A URL that nobody listens at.
pub(crate) async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/hook", listener.local_addr().unwrap())
}
