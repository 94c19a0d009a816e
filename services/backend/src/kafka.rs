//! A plain Kafka client, with the settings that the sidecar's component has.

use std::sync::Arc;

use anyhow::{Context, bail};
use rskafka::client::{Client, ClientBuilder, Credentials, SaslConfig};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use secrecy::ExposeSecret;

use crate::config::KafkaArgs;

pub(crate) async fn connect(args: &KafkaArgs) -> anyhow::Result<Client> {
    let brokers = args
        .brokers
        .as_deref()
        .context("KAFKA_BROKERS is neither in the secret store nor in the environment")?;
    let brokers = brokers.split(',').map(|broker| broker.trim().to_owned());
    let mut builder = ClientBuilder::new(brokers.collect()).client_id("taskflow-backend");
    match args.auth_type.as_deref().unwrap_or("none") {
        // As in Dapr, TLS comes with authentication only.
        "none" => {}
        "password" => {
            builder = builder.sasl_config(sasl(args)?);
            if args.disable_tls.as_deref() != Some("true") {
                builder = builder.tls_config(Arc::new(tls(args)?));
            }
        }
        other => {
            bail!("KAFKA_AUTH_TYPE {other} is not supported here; it must be none or password")
        }
    }
    builder
        .build()
        .await
        .context("the broker at KAFKA_BROKERS does not answer")
}

fn sasl(args: &KafkaArgs) -> anyhow::Result<SaslConfig> {
    let username = args.sasl_username.clone();
    let password = args.sasl_password.as_ref();
    let credentials = Credentials::new(
        username.context("KAFKA_SASL_USERNAME is missing")?,
        password
            .context("KAFKA_SASL_PASSWORD is missing")?
            .expose_secret()
            .to_owned(),
    );
    match args.sasl_mechanism.as_deref().unwrap_or("PLAINTEXT") {
        "PLAINTEXT" => Ok(SaslConfig::Plain(credentials)),
        "SHA-256" => Ok(SaslConfig::ScramSha256(credentials)),
        "SHA-512" => Ok(SaslConfig::ScramSha512(credentials)),
        other => bail!("KAFKA_SASL_MECHANISM {other} must be PLAINTEXT, SHA-256 or SHA-512"),
    }
}

fn tls(args: &KafkaArgs) -> anyhow::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    match &args.ca_cert {
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                roots.add(certificate.context("KAFKA_CA_CERT is not PEM")?)?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    Ok(
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth(),
    )
}
