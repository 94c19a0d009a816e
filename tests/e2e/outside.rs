//! The world outside the product: a web server that browsers' push services and people's webhooks
//! stand for, and a mail server. Each does what a trial tells it to, at a place of the trial's own.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use testing::wait;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

/// How long something may take to arrive: a tick of the scheduler, its topic, and some load.
const PATIENCE: Duration = Duration::from_mins(1);

/// What is done to a request, or to a mail when all of it has come.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    Answer(u16),
    /// Never.
    Hang,
}

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A mail that came.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) content: String,
}

/// Both servers. Clones share them.
#[derive(Clone)]
pub(crate) struct Outside {
    web: SocketAddr,
    mail: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    /// By path, or by address; those without are taken.
    manners: HashMap<String, Manner>,
    got: HashMap<String, Vec<Got>>,
    mails: Vec<Mail>,
}

/// A URL of a trial's own.
pub(crate) struct Place {
    outside: Outside,
    path: String,
}

impl Outside {
    pub(crate) async fn start() -> Result<Self> {
        let web = TcpListener::bind("127.0.0.1:0").await?;
        let mail = TcpListener::bind("127.0.0.1:0").await?;
        let outside = Self {
            web: web.local_addr()?,
            mail: mail.local_addr()?,
            shared: Arc::default(),
        };
        let app = axum::Router::new()
            .fallback(receive)
            .with_state(outside.clone());
        tokio::spawn(axum::serve(web, app).into_future());
        let mailbox = outside.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = mail.accept().await {
                let mailbox = mailbox.clone();
                tokio::spawn(async move { mailbox.talk(stream).await });
            }
        });
        Ok(outside)
    }

    pub(crate) fn smtp_url(&self) -> String {
        format!("smtp://{}", self.mail)
    }

    pub(crate) fn place(&self) -> Place {
        Place {
            outside: self.clone(),
            path: format!("/{}", Uuid::new_v4()),
        }
    }

    /// The mails that came for an address, when there are so many.
    pub(crate) async fn mails(&self, address: &str, count: usize) -> Result<Vec<Mail>> {
        wait::until(&format!("{count} mails"), PATIENCE, async || {
            let mails = self.with(|shared| shared.mails.clone());
            let ours: Vec<_> = mails
                .into_iter()
                .filter(|mail| mail.to == address)
                .collect();
            Ok((ours.len() >= count).then_some(ours))
        })
        .await
    }

    /// What is done to the mails for an address from now on.
    pub(crate) fn mail_behaves(&self, address: &str, manner: Manner) {
        self.with(|shared| shared.manners.insert(address.to_owned(), manner));
    }

    fn with<T>(&self, look: impl FnOnce(&mut Shared) -> T) -> T {
        look(&mut self.shared.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// SMTP (RFC 5321), as far as somebody needs it who is refused only at the end.
    async fn talk(self, stream: TcpStream) -> Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 here\r\n").await?;
        let (mut line, mut to, mut content) = (String::new(), String::new(), None::<String>);
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            if let Some(text) = &mut content {
                if line == ".\r\n" {
                    let content = content.take().unwrap_or_default();
                    let mail = Mail {
                        to: to.clone(),
                        content,
                    };
                    let manner = self.with(|shared| {
                        shared.mails.push(mail);
                        shared.manners.get(&to).copied()
                    });
                    match manner.unwrap_or(Manner::Answer(250)) {
                        Manner::Answer(code) => {
                            stream
                                .write_all(format!("{code} so\r\n").as_bytes())
                                .await?;
                        }
                        Manner::Hang => std::future::pending().await,
                    }
                } else {
                    text.push_str(&line);
                }
                continue;
            }
            let command = line.to_ascii_uppercase();
            let answer = if command.starts_with("RCPT TO:<") {
                let address = line.split(['<', '>']).nth(1).unwrap_or_default();
                address.clone_into(&mut to);
                "250 ok\r\n"
            } else if command.starts_with("DATA") {
                content = Some(String::new());
                "354 go on\r\n"
            } else if command.starts_with("QUIT") {
                "221 bye\r\n"
            } else {
                "250 ok\r\n"
            };
            stream.write_all(answer.as_bytes()).await?;
        }
    }
}

impl Place {
    pub(crate) fn url(&self) -> String {
        format!("http://{}{}", self.outside.web, self.path)
    }

    /// From now on.
    pub(crate) fn behaves(&self, manner: Manner) {
        let path = self.path.clone();
        self.outside
            .with(|shared| shared.manners.insert(path, manner));
    }

    /// What came until now.
    pub(crate) fn got(&self) -> Vec<Got> {
        let got = self
            .outside
            .with(|shared| shared.got.get(&self.path).cloned());
        got.unwrap_or_default()
    }

    /// What came, when there are so many.
    pub(crate) async fn wait(&self, count: usize) -> Result<Vec<Got>> {
        self.wait_for(count, PATIENCE).await
    }

    pub(crate) async fn wait_for(&self, count: usize, limit: Duration) -> Result<Vec<Got>> {
        wait::until(&format!("{count} requests"), limit, async || {
            let got = self.got();
            Ok((got.len() >= count).then_some(got))
        })
        .await
    }
}

impl Got {
    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).context("not JSON")
    }
}

async fn receive(
    State(outside): State<Outside>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().to_owned();
    let manner = outside.with(|shared| {
        let got = shared.got.entry(path.clone()).or_default();
        got.push(Got { headers, body });
        shared.manners.get(&path).copied()
    });
    match manner.unwrap_or(Manner::Answer(200)) {
        Manner::Answer(status) => StatusCode::from_u16(status)
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            .into_response(),
        Manner::Hang => std::future::pending().await,
    }
}
