//! The secrets, from the store or else from the environment.

use rmcp::model::RequestStateCodec;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use sidecar::Sidecar;

use crate::Config;

pub(crate) struct Secrets(sidecar::Secrets);

impl Secrets {
    pub(crate) async fn read(config: &Config, sidecar: &Sidecar) -> Self {
        let (store, name) = (&config.secret_store, &config.secret_name);
        Self(sidecar::Secrets::read(sidecar, store, name).await)
    }

    /// The key of the model's endpoint; `None` if there is no model.
    pub(crate) fn model_key(&self, config: &Config) -> Option<SecretString> {
        let key = self
            .0
            .get("OPENAI_API_KEY", config.model.openai_api_key.as_ref());
        key.cloned()
    }

    /// Seals what an MCP client carries from one round to the next. The same on all replicas
    /// where they share a secret; otherwise a client that comes to another is asked again.
    pub(crate) fn seal(&self, config: &Config) -> RequestStateCodec {
        let shared = self
            .0
            .get("BETTER_AUTH_SECRET", config.better_auth_secret.as_ref());
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
}
