//! Events on their way to the broker, through the sidecar.

use std::{collections::HashMap, mem};

use dapr::dapr::proto::runtime::v1::{
    BulkPublishRequest, BulkPublishRequestEntry, PublishEventRequest,
};
use events::{Topic, UserId};

use super::Connection;
use crate::{
    CallError, Message, PUBSUB,
    call::{call, within},
    publish::{DEADLINE, RAW_DEADLINE, arrived},
};

/// daprd refuses requests above 4 MiB; the rest is left for metadata.
const MAX_REQUEST_BYTES: usize = 3 << 20;

impl Connection {
    /// Large batches become several requests, one after the other.
    pub(crate) async fn publish(
        &self,
        topic: Topic,
        messages: &[Message],
    ) -> Result<(), CallError> {
        for part in parts(messages) {
            self.publish_part(topic, part).await?;
            arrived(topic, part.len());
        }
        Ok(())
    }

    pub(crate) async fn publish_raw(
        &self,
        topic: Topic,
        key: Option<UserId>,
        bytes: Vec<u8>,
    ) -> Result<(), CallError> {
        let mut metadata = HashMap::from([("rawPayload".to_owned(), "true".to_owned())]);
        metadata.extend(key.map(|key| ("partitionKey".to_owned(), key.to_string())));
        let request = PublishEventRequest {
            pubsub_name: PUBSUB.to_owned(),
            topic: topic.name().to_owned(),
            data: bytes,
            data_content_type: "application/octet-stream".to_owned(),
            metadata,
        };
        let mut client = self.client();
        let reply = client.publish_event(within(RAW_DEADLINE, request));
        call("PublishEvent", RAW_DEADLINE, reply).await.map(drop)
    }

    async fn publish_part(&self, topic: Topic, messages: &[Message]) -> Result<(), CallError> {
        let request = BulkPublishRequest {
            pubsub_name: PUBSUB.to_owned(),
            topic: topic.name().to_owned(),
            entries: messages.iter().enumerate().map(entry).collect(),
            // Metadata here would win over the entries' own.
            metadata: HashMap::new(),
        };
        let mut client = self.client();
        let reply = client.bulk_publish_event(within(DEADLINE, request));
        // Entries that failed come as an error for the whole, never in the reply.
        call("BulkPublishEvent", DEADLINE, reply).await.map(drop)
    }
}

fn parts(messages: &[Message]) -> Vec<&[Message]> {
    let mut parts = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (at, message) in messages.iter().enumerate() {
        bytes += message.body.len();
        if bytes > MAX_REQUEST_BYTES && at > start {
            parts.push(&messages[mem::replace(&mut start, at)..at]);
            bytes = message.body.len();
        }
    }
    parts.extend(Some(&messages[start..]).filter(|rest| !rest.is_empty()));
    parts
}

fn entry((at, message): (usize, &Message)) -> BulkPublishRequestEntry {
    let mut metadata = HashMap::from([
        ("partitionKey".to_owned(), message.key.to_string()),
        ("cloudevent.id".to_owned(), message.id.to_string()),
        ("cloudevent.type".to_owned(), message.event_type.clone()),
    ]);
    if let Some(traceparent) = &message.traceparent {
        metadata.insert("cloudevent.traceparent".to_owned(), traceparent.clone());
    }
    BulkPublishRequestEntry {
        // Not the event's id: a log that was imported beside its original has the same ones.
        entry_id: at.to_string(),
        event: message.body.to_vec(),
        content_type: "application/json".to_owned(),
        metadata,
    }
}

#[cfg(test)]
mod tests {
    use events::EventId;

    use super::*;

    fn messages(sizes: &[usize]) -> Vec<Message> {
        let message = |bytes: &usize| Message {
            id: EventId::generate(),
            key: UserId::generate(),
            event_type: "task.created".to_owned(),
            body: vec![b' '; *bytes].into(),
            traceparent: None,
        };
        sizes.iter().map(message).collect()
    }

    fn split(sizes: &[usize]) -> Vec<usize> {
        parts(&messages(sizes))
            .into_iter()
            .map(<[_]>::len)
            .collect()
    }

    #[test]
    fn a_batch_is_split_where_a_request_is_full() {
        const HALF: usize = MAX_REQUEST_BYTES / 2;
        assert_eq!(split(&[]), Vec::<usize>::new());
        assert_eq!(split(&[0; 500]), [500]);
        assert_eq!(split(&[HALF, HALF]), [2]);
        assert_eq!(split(&[HALF, HALF, 1]), [2, 1]);
        assert_eq!(split(&[HALF, HALF + 1, HALF]), [1, 1, 1]);
        assert_eq!(split(&[MAX_REQUEST_BYTES + 1, 1]), [1, 1]);
    }
}
