//! A socket as a browser would have it.

use std::{net::SocketAddr, time::Duration};

use futures::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        http::{HeaderName, HeaderValue},
    },
};

/// Nothing takes this long.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Client(pub(crate) WebSocketStream<TcpStream>);

impl Client {
    /// Connects; an error is the HTTP status that was answered instead.
    pub(crate) async fn open(
        address: SocketAddr,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, u16> {
        let mut request = format!("ws://{address}{path}")
            .into_client_request()
            .unwrap();
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).unwrap();
            request
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
        let socket = TcpSocket::new_v4().unwrap();
        // So small that who does not read is noticed soon.
        socket.set_recv_buffer_size(4096).unwrap();
        let stream = socket.connect(address).await.unwrap();
        match client_async(request, stream).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn send(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            match self.message().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other}"),
            }
        }
    }

    /// The next message, which must be `ready`: its cursor, and whether it recovered.
    pub(crate) async fn ready(&mut self) -> (u64, bool) {
        let message = self.next().await;
        assert_eq!(message["type"], "ready", "{message}");
        let data = &message["data"];
        let cursor = data["cursor"].as_u64().unwrap();
        (cursor, data["recovered"].as_bool().unwrap())
    }

    /// The `seq` of the next message, which must be an event.
    pub(crate) async fn seq(&mut self) -> u64 {
        let message = self.next().await;
        let seq = message["data"]["seq"].as_u64();
        seq.unwrap_or_else(|| panic!("{message}"))
    }

    /// The `seq`s of the next messages.
    pub(crate) async fn seqs(&mut self, count: usize) -> Vec<u64> {
        let mut seqs = Vec::new();
        for _ in 0..count {
            seqs.push(self.seq().await);
        }
        seqs
    }

    /// Reads until the socket is closed; the code it is closed with.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.message().await {
                return frame.unwrap().code.into();
            }
        }
    }

    pub(crate) async fn message(&mut self) -> Message {
        timeout(PATIENCE, self.0.next())
            .await
            .expect("a message in time")
            .expect("a message")
            .expect("no error")
    }
}
