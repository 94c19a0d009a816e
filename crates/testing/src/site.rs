//! Where a running TaskFlow is.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use events::UserId;

use crate::{Client, Database, EventStream, Signer, Socket, rest, wait};

/// A running TaskFlow, and what is needed to act on it as its users.
pub struct Site {
    /// `http://host:port` of the backend.
    pub backend: String,
    /// The same of realtime.
    pub realtime: String,
    pub database: Database,
    pub signer: Signer,
    http: reqwest::Client,
    people: Mutex<Vec<UserId>>,
}

/// Part of every e-mail address that a test makes up, to be looked for where none belongs.
pub const EMAIL_DOMAIN: &str = "canary-mail.example";

impl Site {
    pub async fn new(
        backend: String,
        realtime: String,
        database_url: &str,
        auth_secret: &str,
    ) -> Result<Self> {
        Ok(Self {
            backend,
            realtime,
            database: Database::connect(database_url).await?,
            signer: Signer::new(auth_secret),
            http: rest::http_client()?,
            people: Mutex::default(),
        })
    }

    /// Creates an account and gives its owner's client.
    pub async fn sign_up(&self) -> Result<Client> {
        let user = UserId::generate();
        let email = format!("{user}@{EMAIL_DOMAIN}");
        self.database.create_user(user, &email).await?;
        self.register().push(user);
        self.client(user)
    }

    /// How many have signed up.
    pub fn people(&self) -> usize {
        self.register().len()
    }

    /// Those who signed up after the first `count` had.
    pub fn since(&self, count: usize) -> Vec<UserId> {
        self.register()[count..].to_vec()
    }

    fn register(&self) -> MutexGuard<'_, Vec<UserId>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A client with a fresh token for a user who exists.
    pub fn client(&self, user: UserId) -> Result<Client> {
        let token = self.signer.token(user)?;
        Ok(Client::new(self.http.clone(), &self.backend, user, token))
    }

    /// For requests outside `/api`.
    pub const fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// A socket on the client's own events. Without `since`: those from now on.
    pub async fn socket(&self, client: &Client, since: Option<u64>) -> Result<Socket> {
        let token = client.token.as_deref().unwrap_or_default();
        Socket::connect(&self.realtime, client.user, token, since).await
    }

    /// Waits until nothing of these users is left to be published.
    pub async fn drained(&self, users: &[UserId], limit: Duration) -> Result<()> {
        wait::until("every event to be published", limit, async || {
            Ok((self.database.unpublished(users).await? == 0).then_some(()))
        })
        .await
    }

    /// The same events as a stream of server-sent events.
    pub async fn event_stream(&self, client: &Client, since: Option<u64>) -> Result<EventStream> {
        EventStream::connect(&self.http, &self.realtime, client, since).await
    }
}
