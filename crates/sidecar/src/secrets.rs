//! Secrets from the store, or else from the environment.

use std::collections::HashMap;

use secrecy::{ExposeSecret, SecretString};

use crate::Sidecar;

/// What a secret of the store holds; nothing if it cannot be read.
pub struct Secrets(HashMap<String, SecretString>);

impl Secrets {
    /// Reads the secret `name` of `store`.
    pub async fn read(sidecar: &Sidecar, store: &str, name: &str) -> Self {
        Self(match sidecar.secrets(store, name).await {
            Ok(secrets) => secrets,
            Err(error) => {
                let code = error.code();
                tracing::warn!(?code, "Cannot read `{name}` of the secret store `{store}`");
                HashMap::new()
            }
        })
    }

    /// The value of `key`, or `otherwise`. An empty value is how manifests say "none".
    pub fn get<'a>(
        &'a self,
        key: &str,
        otherwise: Option<&'a SecretString>,
    ) -> Option<&'a SecretString> {
        let is_set = |secret: &&SecretString| !secret.expose_secret().is_empty();
        self.0.get(key).filter(is_set).or(otherwise.filter(is_set))
    }
}
