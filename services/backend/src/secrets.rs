//! What must stay secret: from the Dapr secret store, or else from the environment.

use std::{collections::HashMap, time::Duration};

use anyhow::Context;
use auth::SessionSecrets;
use secrecy::{ExposeSecret, SecretString};
use sidecar::{KafkaArgs, Sidecar};
use tokio_util::sync::CancellationToken;

use crate::config::Config;

/// With everything in the environment, a sidecar that is not there is not waited for longer.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Secrets {
    pub(crate) database_url: SecretString,
    pub(crate) sessions: SessionSecrets,
    /// What is empty is not set.
    pub(crate) vapid_public_key: Option<String>,
    pub(crate) kafka: KafkaArgs,
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
    let vapid_public_key = config.vapid_public_key.clone().map(SecretString::from);
    let vapid_public_key = take("VAPID_PUBLIC_KEY", &vapid_public_key);
    Ok(Some(Secrets {
        database_url,
        sessions: SessionSecrets {
            signing: take("BETTER_AUTH_SECRET", &config.better_auth_secret),
            accepted: take(
                "BETTER_AUTH_SECRET_ACCEPTED",
                &config.better_auth_secret_accepted,
            ),
        },
        vapid_public_key: vapid_public_key
            .map(|key| key.expose_secret().to_owned())
            .filter(|key| !key.is_empty()),
        kafka: kafka(&mut stored, &config.kafka),
    }))
}

/// What is empty in the store is not set: a component can only name keys that are there.
fn kafka(stored: &mut HashMap<String, SecretString>, fallback: &KafkaArgs) -> KafkaArgs {
    let mut secret = |name: &str, fallback: &Option<SecretString>| {
        let value = stored.remove(name).or_else(|| fallback.clone());
        value.filter(|value| !value.expose_secret().is_empty())
    };
    let sasl_password = secret("KAFKA_SASL_PASSWORD", &fallback.sasl_password);
    let mut plain = |name: &str, fallback: &Option<String>| {
        let value = secret(name, &fallback.clone().map(SecretString::from));
        value.map(|value| value.expose_secret().to_owned())
    };
    KafkaArgs {
        brokers: plain("KAFKA_BROKERS", &fallback.brokers),
        auth_type: plain("KAFKA_AUTH_TYPE", &fallback.auth_type),
        sasl_username: plain("KAFKA_SASL_USERNAME", &fallback.sasl_username),
        sasl_password,
        sasl_mechanism: plain("KAFKA_SASL_MECHANISM", &fallback.sasl_mechanism),
        disable_tls: plain("KAFKA_DISABLE_TLS", &fallback.disable_tls),
        ca_cert: plain("KAFKA_CA_CERT", &fallback.ca_cert),
    }
}
