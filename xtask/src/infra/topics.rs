//! Creates the topics before anybody uses them, so that none appears with defaults.

use std::time::Duration;

use anyhow::{Context, Result};
use events::Topic;
use rskafka::client::ClientBuilder;
use rskafka::client::error::{Error, ProtocolError};

use crate::progress::Step;

const TIMEOUT_MS: i32 = 5_000;

/// Waits for the broker and creates every topic that is missing, with its dead-letter topic.
///
/// Their retention is the broker's default of 7 days: the client cannot set it per topic.
pub(super) async fn create(brokers: &str, step: &Step) -> Result<()> {
    step.waits_for("the broker's first answer");
    while tokio::net::TcpStream::connect(brokers).await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let client = ClientBuilder::new(vec![brokers.to_owned()]).build().await?;
    let existing = client.list_topics().await?;
    let controller = client.controller_client()?;
    let partitions = i32::from(Topic::PARTITIONS);
    for name in names() {
        if existing.iter().any(|topic| topic.name == name) {
            continue;
        }
        step.waits_for(&format!("topic {name}"));
        match controller
            .create_topic(name, partitions, 1, TIMEOUT_MS)
            .await
        {
            Ok(())
            | Err(Error::ServerError {
                protocol_error: ProtocolError::TopicAlreadyExists,
                ..
            }) => {}
            Err(error) => return Err(error).with_context(|| format!("creating topic {name}")),
        }
    }
    Ok(())
}

fn names() -> impl Iterator<Item = &'static str> {
    Topic::ALL
        .into_iter()
        .flat_map(|topic| [topic.name(), topic.dead_letter_name()])
}
