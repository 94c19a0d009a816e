//! Where the broker is, for who speaks to it without a sidecar. Names and values are those of
//! `dapr/components/pubsub.yaml`.

use clap::Args;
use secrecy::SecretString;

/// What is not set or empty is what the component takes for it.
#[derive(Args, Clone, Debug, Default)]
pub struct KafkaArgs {
    /// Addresses, separated by commas.
    #[arg(long = "kafka-brokers", env = "KAFKA_BROKERS")]
    pub brokers: Option<String>,

    /// `none` or `password`.
    #[arg(long = "kafka-auth-type", env = "KAFKA_AUTH_TYPE")]
    pub auth_type: Option<String>,

    #[arg(long = "kafka-sasl-username", env = "KAFKA_SASL_USERNAME")]
    pub sasl_username: Option<String>,

    #[arg(
        long = "kafka-sasl-password",
        env = "KAFKA_SASL_PASSWORD",
        hide_env_values = true
    )]
    pub sasl_password: Option<SecretString>,

    /// `PLAINTEXT`, `SHA-256` or `SHA-512`.
    #[arg(long = "kafka-sasl-mechanism", env = "KAFKA_SASL_MECHANISM")]
    pub sasl_mechanism: Option<String>,

    /// `true` for a broker without TLS.
    #[arg(long = "kafka-disable-tls", env = "KAFKA_DISABLE_TLS")]
    pub disable_tls: Option<String>,

    /// PEM; without, the system's authorities are trusted.
    #[arg(long = "kafka-ca-cert", env = "KAFKA_CA_CERT")]
    pub ca_cert: Option<String>,
}

/// How a broker that does not take everybody is satisfied.
#[derive(Clone, Debug)]
pub struct KafkaLogin<'a> {
    pub username: &'a str,
    pub password: &'a SecretString,
    pub mechanism: KafkaMechanism,
    pub tls: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KafkaMechanism {
    Plain,
    ScramSha256,
    ScramSha512,
}

/// The settings of the broker cannot work.
#[derive(Debug, thiserror::Error)]
pub enum KafkaArgsError {
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("KAFKA_AUTH_TYPE {0} is not supported here; it must be none or password")]
    AuthType(String),
    #[error("KAFKA_SASL_MECHANISM {0} must be PLAINTEXT, SHA-256 or SHA-512")]
    Mechanism(String),
}

impl KafkaArgs {
    pub fn brokers(&self) -> Result<&str, KafkaArgsError> {
        set(self.brokers.as_ref()).ok_or(KafkaArgsError::Missing("KAFKA_BROKERS"))
    }

    /// `None` where everybody is taken. As in Dapr, TLS comes with a login only.
    pub fn login(&self) -> Result<Option<KafkaLogin<'_>>, KafkaArgsError> {
        match set(self.auth_type.as_ref()).unwrap_or("none") {
            "none" => return Ok(None),
            "password" => {}
            other => return Err(KafkaArgsError::AuthType(other.to_owned())),
        }
        let password = self.sasl_password.as_ref();
        Ok(Some(KafkaLogin {
            username: set(self.sasl_username.as_ref())
                .ok_or(KafkaArgsError::Missing("KAFKA_SASL_USERNAME"))?,
            password: password.ok_or(KafkaArgsError::Missing("KAFKA_SASL_PASSWORD"))?,
            mechanism: match set(self.sasl_mechanism.as_ref()).unwrap_or("PLAINTEXT") {
                "PLAINTEXT" => KafkaMechanism::Plain,
                "SHA-256" => KafkaMechanism::ScramSha256,
                "SHA-512" => KafkaMechanism::ScramSha512,
                other => return Err(KafkaArgsError::Mechanism(other.to_owned())),
            },
            tls: set(self.disable_tls.as_ref()) != Some("true"),
        }))
    }
}

// An empty variable is how compose files and manifests say "none".
fn set(value: Option<&String>) -> Option<&str> {
    value.map(String::as_str).filter(|value| !value.is_empty())
}
