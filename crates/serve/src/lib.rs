//! An HTTP/1.1 server that no client can hold on to.
//!
//! `axum::serve` gives a client all the time it wants to send its headers and to read the answer, and
//! at shutdown waits for it just as long.
//!
//! Where requests come in is a [`Door`]: a service's own port, or a place behind the port of a
//! process that holds several services.

mod address;

use std::{
    io,
    net::SocketAddr,
    pin::pin,
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    select,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

pub use address::client_network;

/// How long a client may take to send a request's headers, from the end of the one before.
const HEADERS: Duration = Duration::from_secs(10);

/// How long a client may leave unread what it is sent: it is held in memory meanwhile, and a chat
/// holds its place.
#[cfg(target_os = "linux")]
const UNREAD: Duration = Duration::from_mins(1);

/// After a failure to accept that will not go by itself, such as too many open files.
const REST: Duration = Duration::from_secs(1);

/// Where the requests of a service come in.
pub enum Door {
    /// A port of its own.
    Own(TcpListener),
    /// A place in somebody else's server.
    Shared {
        /// Where that finds what is served, once it is.
        place: Arc<OnceLock<Router>>,
        /// Cancelled when that has ended, and nobody asks any more.
        closed: CancellationToken,
    },
}

/// An address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
pub struct BindError {
    address: SocketAddr,
    source: io::Error,
}

/// Listens on an address of this machine.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, BindError> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|source| BindError { address, source })
}

impl From<TcpListener> for Door {
    fn from(listener: TcpListener) -> Self {
        Self::Own(listener)
    }
}

/// Serves until shutdown, then lets the requests that were begun come to their end. Connections
/// that are still open after `drain` are broken off. Behind a shared door that is the other
/// server's to do, which is waited for as long.
pub async fn serve(
    door: impl Into<Door>,
    app: Router,
    shutdown: CancellationToken,
    drain: Duration,
) {
    match door.into() {
        Door::Own(listener) => listen(listener, app, shutdown, drain).await,
        Door::Shared { place, closed } => {
            // It is given once.
            let _ = place.set(app);
            shutdown.cancelled().await;
            // It says itself what it breaks off.
            let _ = timeout(drain, closed.cancelled()).await;
        }
    }
}

async fn listen(listener: TcpListener, app: Router, shutdown: CancellationToken, drain: Duration) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADERS);
    let broken_off = CancellationToken::new();
    let connections = TaskTracker::new();
    while let Some(accepted) = shutdown.run_until_cancelled(accept(&listener)).await {
        let Some((stream, peer)) = accepted else {
            continue;
        };
        let connection = connection(&http, stream, peer, app.clone(), shutdown.clone());
        let broken_off = broken_off.clone();
        connections.spawn(async move { broken_off.run_until_cancelled(connection).await });
    }
    drop(listener);
    connections.close();
    if timeout(drain, connections.wait()).await.is_err() {
        let left = connections.len();
        tracing::warn!("{left} connections did not end within {drain:?} and are broken off");
        broken_off.cancel();
        connections.wait().await;
    }
}

async fn accept(listener: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
    match listener.accept().await {
        Ok((stream, peer)) => {
            // An answer or an event is one small packet, and must not wait for the next.
            let _ = stream.set_nodelay(true);
            #[cfg(target_os = "linux")]
            let _ = socket2::SockRef::from(&stream).set_tcp_user_timeout(Some(UNREAD));
            Some((stream, peer))
        }
        Err(error) if is_of_client(&error) => None,
        Err(error) => {
            tracing::error!(%error, "cannot accept connections");
            sleep(REST).await;
            None
        }
    }
}

/// The client was gone before it was let in.
fn is_of_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

fn connection(
    http: &http1::Builder,
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
    shutdown: CancellationToken,
) -> impl Future<Output = ()> + use<> {
    let service = app.map_request(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    });
    let connection = http
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    async move {
        let mut connection = pin!(connection);
        // Errors are the client's: it went, or did not speak HTTP.
        select! {
            _ = connection.as_mut() => return,
            () = shutdown.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::Arc,
        task::{Context, Waker},
    };

    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        sync::Notify,
        task::JoinHandle,
    };

    use super::*;

    /// Far more than any of this takes.
    const PATIENCE: Duration = Duration::from_secs(30);

    struct Server {
        address: SocketAddr,
        asked: Arc<Notify>,
        answer: Arc<Notify>,
        shutdown: CancellationToken,
        ended: JoinHandle<()>,
    }

    /// Answers when it is told to.
    async fn start(drain: Duration) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let handler = {
            let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
            async move |ConnectInfo(peer): ConnectInfo<SocketAddr>| {
                asked.notify_one();
                answer.notified().await;
                peer.to_string()
            }
        };
        let app = Router::new().route("/", get(handler));
        let shutdown = CancellationToken::new();
        let ended = tokio::spawn(serve(listener, app, shutdown.clone(), drain));
        Server {
            address,
            asked,
            answer,
            shutdown,
            ended,
        }
    }

    impl Server {
        async fn send(&self, bytes: &str) -> TcpStream {
            let mut client = TcpStream::connect(self.address).await.unwrap();
            client.write_all(bytes.as_bytes()).await.unwrap();
            client
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn who_reads_nothing_is_not_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let _client = TcpStream::connect(address).await.unwrap();
        let (stream, _) = accept(&listener).await.unwrap();
        let unread = socket2::SockRef::from(&stream).tcp_user_timeout().unwrap();
        assert_eq!(unread, Some(UNREAD));
    }

    const REQUEST: &str = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";

    async fn everything(mut client: TcpStream) -> String {
        let mut text = String::new();
        let read = client.read_to_string(&mut text);
        timeout(PATIENCE, read).await.unwrap().unwrap();
        text
    }

    #[tokio::test]
    async fn a_request_that_was_begun_is_answered_after_the_shutdown() {
        let server = start(PATIENCE).await;
        let client = server.send(REQUEST).await;
        let address = client.local_addr().unwrap();
        server.asked.notified().await;
        server.shutdown.cancel();
        server.answer.notify_one();
        let answer = everything(client).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.ends_with(&address.to_string()), "{answer}");
        timeout(PATIENCE, server.ended).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn behind_a_shared_door_the_other_server_is_waited_for() {
        let (shutdown, closed) = (CancellationToken::new(), CancellationToken::new());
        shutdown.cancel();
        let serve_for = |drain| {
            let (place, closed) = (Arc::default(), closed.clone());
            let door = Door::Shared { place, closed };
            serve(door, Router::new(), shutdown.clone(), drain)
        };
        timeout(PATIENCE, serve_for(Duration::ZERO)).await.unwrap();
        let mut serving = pin!(serve_for(PATIENCE));
        let now = &mut Context::from_waker(Waker::noop());
        assert!(serving.as_mut().poll(now).is_pending());
        closed.cancel();
        assert!(serving.as_mut().poll(now).is_ready());
    }

    #[tokio::test]
    async fn half_a_header_does_not_hold_up_the_shutdown() {
        let server = start(Duration::from_millis(50)).await;
        let half = server.send("GET / HTTP/1.1\r\nHos").await;
        // Connections are accepted one after the other, so the first is by now.
        let _whole = server.send(REQUEST).await;
        server.asked.notified().await;
        server.shutdown.cancel();
        timeout(PATIENCE, server.ended).await.unwrap().unwrap();
        assert_eq!(everything(half).await, "");
    }

    #[tokio::test]
    async fn half_a_header_is_not_waited_for() {
        let server = start(PATIENCE).await;
        let half = server.send("GET / HTTP/1.1\r\nHos").await;
        assert_eq!(everything(half).await, "");
        // Not even of one who says nothing at all.
        assert_eq!(everything(server.send("").await).await, "");
    }
}
