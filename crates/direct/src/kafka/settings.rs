//! How the clients are set up: as the sidecars are by `dapr/components/pubsub.yaml`.

use rdkafka::{ClientConfig, config::RDKafkaLogLevel};
use secrecy::ExposeSecret;
use sidecar::{Group, KafkaArgs, KafkaArgsError, KafkaLogin, KafkaMechanism};
use uuid::Uuid;

pub(super) fn common(args: &KafkaArgs) -> Result<ClientConfig, KafkaArgsError> {
    let mut config = ClientConfig::new();
    config
        .set("client.id", "taskflow")
        .set("bootstrap.servers", args.brokers()?)
        // Back soon after an outage; the default grows to 10 s.
        .set("reconnect.backoff.max.ms", "2000")
        .set_log_level(RDKafkaLogLevel::Warning);
    let Some(login) = args.login()? else {
        config.set("security.protocol", "plaintext");
        return Ok(config);
    };
    let KafkaLogin {
        username,
        password,
        mechanism,
        tls,
    } = login;
    config
        .set(
            "security.protocol",
            if tls { "sasl_ssl" } else { "sasl_plaintext" },
        )
        .set(
            "sasl.mechanism",
            match mechanism {
                KafkaMechanism::Plain => "PLAIN",
                KafkaMechanism::ScramSha256 => "SCRAM-SHA-256",
                KafkaMechanism::ScramSha512 => "SCRAM-SHA-512",
            },
        )
        .set("sasl.username", username)
        .set("sasl.password", password.expose_secret());
    match args.ca_cert.as_deref().unwrap_or_default() {
        pem if tls && !pem.is_empty() => config.set("ssl.ca.pem", pem),
        // Where systems keep the authorities they trust.
        _ => config.set("ssl.ca.location", "probe"),
    };
    Ok(config)
}

pub(super) fn producer(common: &ClientConfig) -> ClientConfig {
    let mut config = common.clone();
    config
        .set("enable.idempotence", "true")
        .set("compression.type", "lz4")
        // A lone event leaves at once; the relay sends many together by itself.
        .set("queue.buffering.max.ms", "0")
        // The broker judges by what is sent, compressed. What somebody else put on a topic may be
        // far larger when it is opened, and has to become a dead letter all the same.
        .set("message.max.bytes", "67108864")
        .set("message.timeout.ms", "30000")
        // The hash by which the sidecars choose a partition, so that users stay on theirs.
        .set("partitioner", "fnv1a_random");
    config
}

pub(super) fn consumer(common: &ClientConfig, app_id: &str, group: Group) -> ClientConfig {
    let mut config = common.clone();
    match group {
        Group::Shared => config
            .set("group.id", app_id)
            .set("auto.offset.reset", "earliest"),
        Group::Everything => config
            .set("group.id", format!("{app_id}-{}", Uuid::new_v4()))
            .set("auto.offset.reset", "latest"),
    };
    config
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        // The shortest that brokers allow.
        .set("session.timeout.ms", "6000")
        .set("heartbeat.interval.ms", "2000")
        // What comes is sent at once. Where nothing does, asking twice a second as by default
        // would be 60 GB a month, and some brokers are paid by the byte.
        .set("fetch.wait.max.ms", "5000")
        // What is fetched ahead is memory, and of each consumer.
        .set("queued.min.messages", "500")
        .set("queued.max.messages.kbytes", "4096")
        .set("fetch.max.bytes", "2097152")
        .set("fetch.queue.backoff.ms", "100")
        .set("fetch.error.backoff.ms", "200");
    config
}
