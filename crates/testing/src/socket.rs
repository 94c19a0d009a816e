//! A browser's socket.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use events::{Notice, UserId};
use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Nothing takes this long, but a machine with two cores and a dozen processes does.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open connection to `/ws/user/{user_id}/tasks`.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// How long nothing may be said until that is [`Heard::Silence`]; 20 s at first.
    pub patience: Duration,
}

/// What the server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Where the client stands, and whether nothing before it is missing.
    Ready {
        cursor: u64,
        recovered: bool,
    },
    Event(Notice),
    Pong,
    /// The close code; none when the connection just broke.
    Closed(Option<u16>),
    /// Nothing, for as long as the [patience](Socket::patience) lasted.
    Silence,
}

#[derive(Deserialize)]
struct Control {
    #[serde(rename = "type")]
    kind: String,
    data: serde_json::Value,
}

impl Socket {
    /// `origin` is realtime's `http://host:port`.
    pub async fn connect(
        origin: &str,
        user: UserId,
        token: &str,
        since: Option<u64>,
    ) -> Result<Self> {
        let since = since.map(|seq| format!("&since={seq}")).unwrap_or_default();
        let path = format!("/ws/user/{user}/tasks?token={token}{since}");
        match Self::open(origin, &path, &[]).await? {
            Ok(socket) => Ok(socket),
            Err(status) => bail!("the socket was answered with {status}"),
        }
    }

    /// Opens any path with any headers; the inner error is the status answered instead.
    pub async fn open(
        origin: &str,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Result<Self, u16>> {
        let origin = origin.replacen("http", "ws", 1);
        let mut request = format!("{origin}{path}").into_client_request()?;
        for (name, value) in headers {
            let name = HeaderName::from_static(name);
            request
                .headers_mut()
                .insert(name, HeaderValue::from_str(value)?);
        }
        match connect_async(request).await {
            Ok((stream, _)) => Ok(Ok(Self {
                stream,
                patience: PATIENCE,
            })),
            Err(Error::Http(response)) => Ok(Err(response.status().as_u16())),
            Err(error) => Err(error).context("opening a socket"),
        }
    }

    pub async fn send(&mut self, text: &str) -> Result<()> {
        Ok(self.stream.send(Message::text(text)).await?)
    }

    /// The next message.
    pub async fn hear(&mut self) -> Result<Heard> {
        let Ok(message) = timeout(self.patience, self.message()).await else {
            return Ok(Heard::Silence);
        };
        match message {
            Some(Message::Text(text)) => {
                understand(&text).with_context(|| format!("understanding {text}"))
            }
            Some(Message::Close(frame)) => Ok(Heard::Closed(frame.map(|frame| frame.code.into()))),
            // A killed server says nothing.
            _ => Ok(Heard::Closed(None)),
        }
    }

    /// The next message as it is on the wire.
    pub async fn hear_text(&mut self) -> Result<String> {
        match timeout(self.patience, self.message()).await? {
            Some(Message::Text(text)) => Ok(text.as_str().to_owned()),
            other => bail!("{other:?} instead of a text"),
        }
    }

    /// The next text or close frame.
    async fn message(&mut self) -> Option<Message> {
        loop {
            let message = self.stream.next().await?.ok()?;
            if message.is_text() || message.is_close() {
                return Some(message);
            }
        }
    }

    /// The next message, which must be `ready`: its cursor, and whether it recovered.
    pub async fn ready(&mut self) -> Result<(u64, bool)> {
        match self.hear().await? {
            Heard::Ready { cursor, recovered } => Ok((cursor, recovered)),
            other => bail!("{other:?} instead of ready"),
        }
    }

    /// The next message, which must be an event.
    pub async fn event(&mut self) -> Result<Notice> {
        match self.hear().await? {
            Heard::Event(notice) => Ok(notice),
            other => bail!("{other:?} instead of an event"),
        }
    }

    /// Everything that is said until the event with this `seq`, a later one, a close or
    /// silence. Whether it is right is for the caller to judge.
    pub async fn until(&mut self, seq: u64) -> Result<Vec<Heard>> {
        let mut all = Vec::new();
        loop {
            let heard = self.hear().await?;
            let last = match &heard {
                Heard::Event(notice) => notice.data.seq >= seq,
                Heard::Ready { .. } | Heard::Pong => false,
                Heard::Closed(_) | Heard::Silence => true,
            };
            all.push(heard);
            if last {
                return Ok(all);
            }
        }
    }

    /// Hears until the server closes; the code it closes with.
    pub async fn closed(&mut self) -> Result<Option<u16>> {
        loop {
            match self.hear().await? {
                Heard::Closed(code) => return Ok(code),
                Heard::Silence => bail!("the socket was not closed"),
                Heard::Ready { .. } | Heard::Event(_) | Heard::Pong => {}
            }
        }
    }
}

fn understand(text: &str) -> Result<Heard> {
    let control: Control = serde_json::from_str(text)?;
    Ok(match control.kind.as_str() {
        "ready" => Heard::Ready {
            cursor: control.data["cursor"].as_u64().context("no cursor")?,
            recovered: control.data["recovered"]
                .as_bool()
                .context("no recovered")?,
        },
        "pong" => Heard::Pong,
        _ => Heard::Event(serde_json::from_str(text)?),
    })
}
