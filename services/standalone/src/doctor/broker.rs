//! Kafka and its topics.

use direct::Kafka;
use events::Topic;
use sidecar::KafkaArgs;

use super::Finding;

/// With sidecars, there has to be one.
pub(super) async fn look(args: &KafkaArgs, has_sidecar: bool) -> Finding {
    if args.brokers().is_err() {
        return if has_sidecar {
            Finding::doubtful(
                "KAFKA_BROKERS is not set, and only the sidecar knows where it is",
                "set the KAFKA_… variables as in the Secret, to have it looked at",
            )
        } else {
            Finding::fine("none: events stay in the database")
        };
    }
    let kafka = match Kafka::new(args) {
        Ok(kafka) => kafka,
        Err(error) => return Finding::wrong(error.to_string(), "correct the KAFKA_… variables"),
    };
    let topics = match kafka.topics().await {
        Ok(topics) => topics,
        Err(error) => {
            return Finding::wrong(
                format!("does not answer: {error}"),
                "check KAFKA_BROKERS, the login, TLS and the firewall; meanwhile events wait in the log",
            );
        }
    };
    let wanted = Topic::ALL
        .into_iter()
        .flat_map(|topic| [topic.name(), topic.dead_letter_name()]);
    let missing: Vec<_> = wanted
        .filter(|wanted| !topics.iter().any(|topic| topic == wanted))
        .collect();
    if missing.is_empty() {
        Finding::fine("answers, and has every topic")
    } else {
        Finding::wrong(
            format!("these topics are missing: {}", missing.join(", ")),
            format!(
                "rpk topic create --partitions {} --topic-config retention.ms={} {}",
                Topic::PARTITIONS,
                Topic::RETENTION_MS,
                missing.join(" ")
            ),
        )
    }
}
