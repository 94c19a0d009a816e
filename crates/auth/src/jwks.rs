//! The front end's public keys, [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517).

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use reqwest::{Client, Url, redirect};
use serde::Deserialize;
use telemetry::metrics::FAILURES_TOTAL;
use tokio::sync::Mutex;

use crate::ConfigError;

#[cfg(test)]
mod tests;

/// Tokens with made-up key ids cannot make us ask more often than this.
const MIN_INTERVAL: Duration = Duration::from_secs(30);
/// A key that was withdrawn is believed no longer than this, if the host answers.
const MAX_AGE: Duration = Duration::from_mins(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_secs(5);
const MAX_BODY: usize = 64 * 1024;

/// Keys by their id, fetched when one is missing.
pub(crate) struct Jwks {
    url: Url,
    client: Client,
    known: RwLock<Known>,
    /// When a fetch was last begun. Held during it, so that many requests cause one fetch.
    last_try: Mutex<Option<Instant>>,
    min_interval: Duration,
    max_age: Duration,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, Arc<DecodingKey>>,
    fetched_at: Option<Instant>,
}

#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("the key host did not answer")]
    Http(#[from] reqwest::Error),
    #[error("the key set has more than {MAX_BODY} bytes")]
    TooLong,
    #[error("the key set is not JSON with `keys`")]
    Format(#[from] serde_json::Error),
    #[error("the key set has no Ed25519 key")]
    Empty,
}

impl Jwks {
    pub(crate) fn new(url: &str) -> Result<Self, ConfigError> {
        let url = Url::parse(url).map_err(|_| ConfigError::Url)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ConfigError::Url);
        }
        // Without a provider reqwest panics. One that is installed already is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(redirect::Policy::none())
            // The front end is ours: nothing stands between.
            .no_proxy()
            .build()
            .map_err(ConfigError::Client)?;
        Ok(Self {
            url,
            client,
            known: RwLock::default(),
            last_try: Mutex::default(),
            min_interval: MIN_INTERVAL,
            max_age: MAX_AGE,
        })
    }

    /// The key with this id. A missing one is looked for at the host first.
    pub(crate) async fn key(self: &Arc<Self>, kid: &str) -> Option<Arc<DecodingKey>> {
        let (key, stale) = self.known(kid);
        if key.is_none() {
            // In a task of its own: a caller who hangs up must not undo the fetch.
            let jwks = self.clone();
            let _ = tokio::spawn(async move { jwks.refresh().await }).await;
            return self.known(kid).0;
        }
        if stale
            && self
                .last_try
                .try_lock()
                .is_ok_and(|last_try| self.may_fetch(*last_try))
        {
            let jwks = self.clone();
            tokio::spawn(async move { jwks.refresh().await });
        }
        key
    }

    fn known(&self, kid: &str) -> (Option<Arc<DecodingKey>>, bool) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let stale = known
            .fetched_at
            .is_none_or(|at| at.elapsed() >= self.max_age);
        (known.keys.get(kid).cloned(), stale)
    }

    fn may_fetch(&self, last_try: Option<Instant>) -> bool {
        last_try.is_none_or(|at| at.elapsed() >= self.min_interval)
    }

    /// Replaces the keys, unless that was tried a moment ago. On failure the old ones stay.
    async fn refresh(&self) {
        let mut last_try = self.last_try.lock().await;
        if !self.may_fetch(*last_try) {
            return;
        }
        *last_try = Some(Instant::now());
        match self.fetch().await {
            Ok(keys) => {
                tracing::info!(keys = keys.len(), "Fetched the token keys");
                let fetched_at = Some(Instant::now());
                *self.known.write().unwrap_or_else(PoisonError::into_inner) =
                    Known { keys, fetched_at };
            }
            Err(error) => {
                metrics::counter!(FAILURES_TOTAL, "cause" => "jwks_fetch").increment(1);
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, status = "failure", "Cannot fetch the token keys");
            }
        }
    }

    async fn fetch(&self) -> Result<HashMap<String, Arc<DecodingKey>>, FetchError> {
        let mut response = self
            .client
            .get(self.url.clone())
            .send()
            .await?
            .error_for_status()?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(FetchError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        let set: KeySet = serde_json::from_slice(&body)?;
        let keys: HashMap<_, _> = set.keys.into_iter().filter_map(usable).collect();
        if keys.is_empty() {
            Err(FetchError::Empty)
        } else {
            Ok(keys)
        }
    }
}

#[derive(Deserialize)]
struct KeySet {
    /// Loosely typed: a key of a kind we do not know must not hide the others.
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kid: String,
    kty: String,
    crv: String,
    x: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
}

/// An Ed25519 key for signatures, [RFC 8037](https://www.rfc-editor.org/rfc/rfc8037).
fn usable(key: serde_json::Value) -> Option<(String, Arc<DecodingKey>)> {
    let key: Jwk = serde_json::from_value(key).ok()?;
    let ed25519 = key.kty == "OKP" && key.crv == "Ed25519";
    let signs = key.purpose.is_none_or(|purpose| purpose == "sig");
    let eddsa = key.alg.is_none_or(|alg| alg == "EdDSA" || alg == "Ed25519");
    let x = BASE64_URL_SAFE_NO_PAD.decode(key.x).ok()?;
    // `jsonwebtoken` panics on a shorter one and cuts a longer one off.
    let whole = x.len() == 32;
    (ed25519 && signs && eddsa && whole).then(|| (key.kid, Arc::new(DecodingKey::from_ed_der(&x))))
}
