//! A plain Kafka client, with the settings that the sidecar's component has.

use std::sync::Arc;

use anyhow::Context;
use rskafka::client::{Client, ClientBuilder, Credentials, SaslConfig};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use secrecy::ExposeSecret;
use sidecar::{KafkaArgs, KafkaLogin, KafkaMechanism};

pub(crate) async fn connect(args: &KafkaArgs) -> anyhow::Result<Client> {
    let brokers = args
        .brokers()
        .context("the broker is named neither in the secret store nor in the environment")?;
    let brokers = brokers.split(',').map(|broker| broker.trim().to_owned());
    let mut builder = ClientBuilder::new(brokers.collect()).client_id("taskflow-backend");
    if let Some(login) = args.login()? {
        builder = builder.sasl_config(sasl(&login));
        if login.tls {
            builder = builder.tls_config(Arc::new(tls(args)?));
        }
    }
    builder
        .build()
        .await
        .context("the broker at KAFKA_BROKERS does not answer")
}

fn sasl(login: &KafkaLogin<'_>) -> SaslConfig {
    let credentials = Credentials::new(
        login.username.to_owned(),
        login.password.expose_secret().to_owned(),
    );
    match login.mechanism {
        KafkaMechanism::Plain => SaslConfig::Plain(credentials),
        KafkaMechanism::ScramSha256 => SaslConfig::ScramSha256(credentials),
        KafkaMechanism::ScramSha512 => SaslConfig::ScramSha512(credentials),
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
