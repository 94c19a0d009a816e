//! The secrets, from the store or else from the environment.

use std::collections::HashMap;

use rmcp::model::RequestStateCodec;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use sidecar::Sidecar;

use crate::Config;

pub(crate) struct Secrets(HashMap<String, SecretString>);

impl Secrets {
    pub(crate) async fn read(config: &Config, sidecar: &Sidecar) -> Self {
        let (store, name) = (&config.secret_store, &config.secret_name);
        Self(match sidecar.secrets(store, name).await {
            Ok(secrets) => secrets,
            Err(error) => {
                let code = error.code();
                tracing::warn!(?code, "Cannot read `{name}` of the secret store `{store}`");
                HashMap::new()
            }
        })
    }

    /// The key of the model's endpoint; `None` if there is no model.
    pub(crate) fn model_key(&self, config: &Config) -> Option<SecretString> {
        let key = self.get("OPENAI_API_KEY", config.model.openai_api_key.as_ref());
        key.cloned()
    }

    /// Seals what an MCP client carries from one round to the next. The same on all replicas
    /// where they share a secret; otherwise a client that comes to another is asked again.
    pub(crate) fn seal(&self, config: &Config) -> RequestStateCodec {
        let shared = self.get("BETTER_AUTH_SECRET", config.better_auth_secret.as_ref());
        let mut hash = Sha256::new_with_prefix("taskflow/mcp/request-state/");
        if let Some(secret) = shared {
            hash.update(secret.expose_secret());
        } else {
            hash.update(uuid::Uuid::new_v4());
            hash.update(uuid::Uuid::new_v4());
        }
        // A hash of 32 bytes is as long as the codec wants it.
        RequestStateCodec::new_unchecked(hash.finalize().to_vec())
    }

    /// An empty value is how manifests say "none".
    fn get<'a>(
        &'a self,
        name: &str,
        otherwise: Option<&'a SecretString>,
    ) -> Option<&'a SecretString> {
        let is_set = |secret: &&SecretString| !secret.expose_secret().is_empty();
        self.0.get(name).filter(is_set).or(otherwise.filter(is_set))
    }
}
