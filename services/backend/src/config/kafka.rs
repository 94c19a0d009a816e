//! The broker, for the one thing that Dapr cannot do: see what a topic holds. Names and values
//! are those of `dapr/components/pubsub.yaml`.

use clap::Args;
use secrecy::SecretString;

/// Used when the secret store has none of these.
#[derive(Args, Clone, Debug)]
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
