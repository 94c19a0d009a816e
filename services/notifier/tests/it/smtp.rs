//! An SMTP server (RFC 5321) that keeps to the letter, and fails where a test tells it to.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
};
use tokio_rustls::TlsAcceptor;

/// Where a session can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Greeting,
    Ehlo,
    Mail,
    Rcpt,
    Data,
    /// After the dot that ends the content.
    Content,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// Answers this instead.
    Answer(&'static str),
    /// Breaks the connection off.
    Close,
    /// Says nothing more.
    Hang,
}

#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) fault: Option<(Step, Fault)>,
    /// TLS, and whether from the start.
    pub(crate) tls: Option<(TlsAcceptor, bool)>,
    /// Who may send; anybody if nothing is said.
    pub(crate) login: Option<(&'static str, &'static str)>,
    /// Takes addresses that are not ASCII.
    pub(crate) utf8: bool,
}

/// A mail that was taken over, as it is after the transport's disguises are off.
#[derive(Debug)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) content: String,
    pub(crate) encrypted: bool,
}

pub(crate) struct SmtpServer {
    pub(crate) port: u16,
    mails: UnboundedReceiver<Mail>,
}

/// TLS for `localhost`, and the certificate that vouches for it, PEM.
pub(crate) fn tls() -> (TlsAcceptor, String) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], PrivateKeyDer::Pkcs8(key))
            .unwrap();
    (TlsAcceptor::from(Arc::new(config)), cert.pem())
}

impl SmtpServer {
    pub(crate) async fn start(options: Options) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, mails) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(connection(
                    Box::new(stream),
                    options.clone(),
                    sender.clone(),
                ));
            }
        });
        Self { port, mails }
    }

    pub(crate) async fn failing(step: Step, fault: Fault) -> Self {
        Self::start(Options {
            fault: Some((step, fault)),
            ..Options::default()
        })
        .await
    }

    /// The mails it has taken over and nobody has asked for.
    pub(crate) fn mails(&mut self) -> Vec<Mail> {
        std::iter::from_fn(|| self.mails.try_recv().ok()).collect()
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection that is open still.
struct Session {
    stream: BufReader<Box<dyn Stream>>,
    options: Options,
    encrypted: bool,
    authenticated: bool,
}

/// The connection is over.
struct Over;

async fn connection(stream: Box<dyn Stream>, options: Options, mails: UnboundedSender<Mail>) {
    let (stream, encrypted): (Box<dyn Stream>, bool) = match &options.tls {
        Some((acceptor, true)) => match acceptor.accept(stream).await {
            Ok(stream) => (Box::new(stream), true),
            // A client that does not trust us.
            Err(_) => return,
        },
        _ => (stream, false),
    };
    let mut session = Session {
        stream: BufReader::new(stream),
        options,
        encrypted,
        authenticated: false,
    };
    let _ = session.run(&mails).await;
}

impl Session {
    async fn run(&mut self, mails: &UnboundedSender<Mail>) -> Result<(), Over> {
        self.step(Step::Greeting, "220 mail.example ESMTP").await?;
        let mut greeted = false;
        let mut from: Option<String> = None;
        let mut to: Vec<String> = Vec::new();
        loop {
            let line = self.line().await?;
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb {
                "EHLO" if !rest.is_empty() => {
                    greeted = self.step(Step::Ehlo, &self.extensions()).await?;
                    (from, to) = (None, Vec::new());
                }
                "STARTTLS" if greeted && self.offers_starttls() => {
                    self.start_tls().await?;
                    greeted = false;
                }
                "AUTH" if greeted && self.options.login.is_some() => self.auth(rest).await?,
                "MAIL" if !greeted || from.is_some() => self.say("503 not now").await?,
                "MAIL" if self.options.login.is_some() && !self.authenticated => {
                    self.say("530 who are you").await?;
                }
                "MAIL" => {
                    let (address, parameters) = path(rest, "FROM:");
                    for parameter in parameters {
                        assert!(self.options.utf8 && parameter == "SMTPUTF8", "{parameter}");
                    }
                    if self.step(Step::Mail, "250 ok").await? {
                        from = Some(address);
                    }
                }
                "RCPT" if from.is_none() => self.say("503 not now").await?,
                "RCPT" => {
                    let (address, parameters) = path(rest, "TO:");
                    assert!(parameters.is_empty());
                    if self.step(Step::Rcpt, "250 ok").await? {
                        to.push(address);
                    }
                }
                "DATA" if to.is_empty() => self.say("503 not now").await?,
                "DATA" => {
                    if self.step(Step::Data, "354 go on").await? {
                        let content = self.content().await?;
                        let mail = Mail {
                            from: from.take().unwrap_or_default(),
                            to: std::mem::take(&mut to),
                            content,
                            encrypted: self.encrypted,
                        };
                        // Taken over before it is said, so that the test finds it.
                        if !matches!(self.fault(Step::Content), Some(Fault::Answer(_))) {
                            let _ = mails.send(mail);
                        }
                        self.step(Step::Content, "250 queued as 1").await?;
                    }
                }
                "QUIT" => {
                    self.say("221 bye").await?;
                    return Ok(());
                }
                _ => self.say("500 what").await?,
            }
        }
    }

    /// Answers, or fails in the way of the test. Whether the step was taken.
    async fn step(&mut self, step: Step, answer: &str) -> Result<bool, Over> {
        match self.fault(step) {
            None => self.say(answer).await.map(|()| true),
            Some(Fault::Answer(answer)) => self.say(answer).await.map(|()| false),
            Some(Fault::Close) => Err(Over),
            Some(Fault::Hang) => std::future::pending().await,
        }
    }

    fn fault(&self, step: Step) -> Option<Fault> {
        let (at, fault) = self.options.fault?;
        (at == step).then_some(fault)
    }

    fn offers_starttls(&self) -> bool {
        self.options.tls.is_some() && !self.encrypted
    }

    fn extensions(&self) -> String {
        let mut lines = vec!["mail.example", "8BITMIME"];
        if self.offers_starttls() {
            lines.push("STARTTLS");
        }
        if self.options.login.is_some() {
            lines.push("AUTH PLAIN");
        }
        if self.options.utf8 {
            lines.push("SMTPUTF8");
        }
        let last = lines.len() - 1;
        let before = lines[..last].join("\r\n250-");
        format!("250-{before}\r\n250 {}", lines[last])
    }

    async fn start_tls(&mut self) -> Result<(), Over> {
        assert!(self.stream.buffer().is_empty(), "sent before the handshake");
        self.say("220 go on").await?;
        let (acceptor, _) = self.options.tls.clone().unwrap();
        let (nothing, _) = tokio::io::duplex(1);
        let plain = std::mem::replace(&mut self.stream, BufReader::new(Box::new(nothing)));
        let stream = acceptor
            .accept(plain.into_inner())
            .await
            .map_err(|_| Over)?;
        self.stream = BufReader::new(Box::new(stream));
        self.encrypted = true;
        Ok(())
    }

    async fn auth(&mut self, rest: &str) -> Result<(), Over> {
        let (user, password) = self.options.login.unwrap();
        let expected = BASE64_STANDARD.encode(format!("\0{user}\0{password}"));
        self.authenticated = rest == format!("PLAIN {expected}");
        let answer = if self.authenticated {
            "235 ok"
        } else {
            "535 no"
        };
        self.say(answer).await
    }

    /// Lines until the dot, without what protects those that begin with one.
    async fn content(&mut self) -> Result<String, Over> {
        let mut content = String::new();
        loop {
            let line = self.line().await?;
            match line.strip_prefix('.') {
                Some("") => return Ok(content),
                Some(stuffed) => {
                    assert!(stuffed.starts_with('.'), "a line began with a bare dot");
                    content.push_str(stuffed);
                }
                None => content.push_str(&line),
            }
            content.push_str("\r\n");
        }
    }

    async fn line(&mut self) -> Result<String, Over> {
        let mut line = Vec::new();
        let read = self.stream.read_until(b'\n', &mut line).await;
        if !matches!(read, Ok(1..)) {
            return Err(Over);
        }
        let line = String::from_utf8(line).unwrap();
        let line = line
            .strip_suffix("\r\n")
            .expect("a line ended without CRLF");
        assert!(
            !line.contains('\r') && line.len() <= 998,
            "not a line: {line:?}"
        );
        Ok(line.to_owned())
    }

    async fn say(&mut self, answer: &str) -> Result<(), Over> {
        let stream = self.stream.get_mut();
        let said = stream.write_all(format!("{answer}\r\n").as_bytes()).await;
        said.map_err(|_| Over)?;
        stream.flush().await.map_err(|_| Over)
    }
}

/// `FROM:<a@b> P1 P2` → the address and the parameters.
fn path<'a>(rest: &'a str, keyword: &str) -> (String, Vec<&'a str>) {
    let rest = rest.strip_prefix(keyword).unwrap();
    let (address, parameters) = rest.strip_prefix('<').unwrap().split_once('>').unwrap();
    (address.to_owned(), parameters.split_whitespace().collect())
}
