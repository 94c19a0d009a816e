//! E-mail, over SMTP.

use std::time::Duration;

use lettre::{
    Address,
    message::Mailbox,
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailParameter},
    },
};
use percent_encoding::percent_decode_str;
use proto::v1;
use reqwest::Url;
use rustls::pki_types::{
    CertificateDer,
    pem::{self, PemObject},
};
use secrecy::{ExposeSecret, SecretString};
use telemetry::clock;
use tokio::time::timeout;

use super::Message;
use crate::attempt::Attempt;

mod letter;

/// A server that is asked to part has done its work.
const PARTING: Duration = Duration::from_secs(1);

/// The server that takes our mail, and in whose name we write.
pub struct Mailer {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    from: Mailbox,
    deadline: Duration,
}

enum Security {
    None,
    StartTls(TlsParameters),
    Tls(TlsParameters),
}

/// The configuration of e-mail cannot work.
#[derive(Debug, thiserror::Error)]
pub enum MailerError {
    #[error("SMTP_URL is not smtp://host, smtp://host?tls=required or smtps://host")]
    Url,
    #[error("MAIL_FROM is not an address such as TaskFlow <reminders@example.org>")]
    From,
    #[error("SMTP_CA_CERT is not a certificate in PEM")]
    Certificate(#[source] pem::Error),
    #[error("TLS cannot be set up")]
    Tls(#[source] Error),
}

impl Mailer {
    /// The URL may hold `user:password@`, percent-encoded, and a port. `ca` vouches for the
    /// server besides those whom this machine trusts. `deadline` is for all from the connection to
    /// the server's last word.
    pub fn new(
        url: &SecretString,
        from: &str,
        ca: Option<&str>,
        deadline: Duration,
    ) -> Result<Self, MailerError> {
        let url = Url::parse(url.expose_secret()).map_err(|_| MailerError::Url)?;
        let host = url.host_str().ok_or(MailerError::Url)?.to_owned();
        let tls = || tls(host.clone(), ca);
        let (security, default_port) = match (url.scheme(), url.query()) {
            ("smtp", None) => (Security::None, 25),
            ("smtp", Some("tls=required")) => (Security::StartTls(tls()?), 587),
            ("smtps", None) => (Security::Tls(tls()?), 465),
            _ => return Err(MailerError::Url),
        };
        Ok(Self {
            port: url.port().unwrap_or(default_port),
            security,
            credentials: credentials(&url)?,
            from: from.parse().map_err(|_| MailerError::From)?,
            host,
            deadline,
        })
    }

    /// A connection on which mail can be sent.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let hello = ClientId::Domain(self.from.email.domain().to_owned());
        let tls = match &self.security {
            Security::Tls(tls) => Some(tls.clone()),
            Security::None | Security::StartTls(_) => None,
        };
        let server = (self.host.as_str(), self.port);
        let patience = Some(self.deadline);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, patience, &hello, tls, None).await?;
        if let Security::StartTls(tls) = &self.security {
            connection.starttls(tls.clone(), &hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

fn tls(host: String, ca: Option<&str>) -> Result<TlsParameters, MailerError> {
    let mut parameters = TlsParameters::builder(host);
    if let Some(ca) = ca {
        let ca = CertificateDer::from_pem_slice(ca.as_bytes()).map_err(MailerError::Certificate)?;
        let ca = Certificate::from_der(ca.to_vec()).map_err(MailerError::Tls)?;
        parameters = parameters.add_root_certificate(ca);
    }
    parameters.build_rustls().map_err(MailerError::Tls)
}

fn credentials(url: &Url) -> Result<Option<Credentials>, MailerError> {
    let Some(password) = url.password() else {
        return Ok(None);
    };
    let decode = |text| {
        let text = percent_decode_str(text).decode_utf8();
        text.map(String::from).map_err(|_| MailerError::Url)
    };
    let credentials = Credentials::new(decode(url.username())?, decode(password)?);
    Ok(Some(credentials))
}

/// How far a transaction has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing has been said about this mail.
    Connecting,
    Envelope,
    /// From here on the server may have it.
    Content,
}

/// Sends a reminder to one address.
pub(super) async fn send(
    mailer: &Mailer,
    to: &v1::delivery::Email,
    message: &Message<'_>,
) -> Attempt {
    let Ok(address) = to.address.parse::<Address>() else {
        return Attempt::for_good("the e-mail address is malformed");
    };
    let name = Some(to.name.clone()).filter(|name| !name.is_empty());
    let mailbox = Mailbox::new(name, address.clone());
    let letter = letter::write(&mailer.from, mailbox, message, clock::now());
    let Ok(letter) = letter else {
        return Attempt::for_good("the e-mail cannot be written");
    };
    let letter = letter.formatted();
    let mut stage = Stage::Connecting;
    let transaction = transact(mailer, address, &letter, &mut stage);
    match timeout(mailer.deadline, transaction).await {
        Ok(Ok(accepted)) => accepted,
        Ok(Err(error)) => failed(stage, &error),
        Err(_) => unanswered(stage),
    }
}

async fn transact(
    mailer: &Mailer,
    to: Address,
    letter: &[u8],
    stage: &mut Stage,
) -> Result<Attempt, Error> {
    let mut connection = mailer.connect().await?;
    *stage = Stage::Envelope;
    let mut parameters = Vec::new();
    if !AsRef::<str>::as_ref(&to).is_ascii() {
        let info = connection.server_info();
        if !info.supports_feature(Extension::SmtpUtfEight) {
            return Ok(Attempt::for_good(
                "the mail server takes no address with such letters",
            ));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    let from = Some(mailer.from.email.clone());
    connection.command(Mail::new(from, parameters)).await?;
    connection.command(Rcpt::new(to, Vec::new())).await?;
    connection.command(Data).await?;
    *stage = Stage::Content;
    let answer = connection.message(letter).await?;
    let _ = timeout(PARTING, connection.quit()).await;
    Ok(Attempt::ACCEPTED.with_status(answer.code().into()))
}

/// An error says what the server answered, if it answered.
fn failed(stage: Stage, error: &Error) -> Attempt {
    let Some(code) = error.status().map(u16::from) else {
        return unanswered(stage);
    };
    let why = format!("the mail server answered {code}");
    // Before the mail is mentioned, a refusal is meant for us and not for the mail.
    let attempt = if error.is_permanent() && stage != Stage::Connecting {
        Attempt::for_good(why)
    } else {
        Attempt::retry(why)
    };
    attempt.with_status(code)
}

fn unanswered(stage: Stage) -> Attempt {
    match stage {
        Stage::Connecting => Attempt::retry("no connection to the mail server"),
        Stage::Envelope => Attempt::retry("the mail server fell silent"),
        Stage::Content => Attempt::unknown("the mail server fell silent after it got the e-mail"),
    }
}
