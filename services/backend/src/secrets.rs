//! What must stay secret: from the Dapr secret store, or else from the environment.

use std::{collections::HashMap, time::Duration};

use anyhow::Context;
use secrecy::SecretString;
use sidecar::Sidecar;
use tokio_util::sync::CancellationToken;

use crate::config::Config;

/// With everything in the environment, a sidecar that is not there is not waited for longer.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Secrets {
    pub(crate) database_url: SecretString,
    /// Absent in `JWT_MODE=jwks`, perhaps.
    pub(crate) better_auth_secret: Option<SecretString>,
}

/// `None` when shut down first.
pub(crate) async fn read(
    config: &Config,
    sidecar: &Sidecar,
    shutdown: &CancellationToken,
) -> anyhow::Result<Option<Secrets>> {
    let waited = sidecar.wait(shutdown);
    let found = if config.database_url.is_some() {
        tokio::time::timeout(PATIENCE, waited).await.unwrap_or(true)
    } else {
        waited.await
    };
    if !found {
        return Ok(None);
    }
    let mut stored = match sidecar
        .secrets(&config.secret_store, &config.secret_name)
        .await
    {
        Ok(stored) => stored,
        Err(error) => {
            tracing::warn!(error = %error, "the secret store did not answer; using the environment");
            HashMap::new()
        }
    };
    let mut take = |name: &str, fallback: &Option<SecretString>| {
        stored.remove(name).or_else(|| fallback.clone())
    };
    let database_url = take("DATABASE_URL", &config.database_url).with_context(|| {
        format!(
            "DATABASE_URL is neither in secret `{}` of store `{}` nor in the environment",
            config.secret_name, config.secret_store
        )
    })?;
    Ok(Some(Secrets {
        database_url,
        better_auth_secret: take("BETTER_AUTH_SECRET", &config.better_auth_secret),
    }))
}
