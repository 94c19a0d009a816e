//! Why a message was dead-lettered. The dead-letter topic does not say.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CallError, Sidecar};

/// Longer than a dead letter stays on its topic.
const KEPT: Duration = Duration::from_hours(8 * 24);

/// How long a reply to daprd may wait for the causes to be stored.
const SAVE_DEADLINE: Duration = Duration::from_secs(1);

/// What the handler said when it last refused the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetterCause {
    /// The app-id of the handler.
    pub handler: String,
    pub cause: String,
    pub at: Timestamp,
}

impl Sidecar {
    /// Why the message with this CloudEvent id, first published to `topic`, was dead-lettered.
    ///
    /// `None` when nobody could say: the handler crashed or ran out of time,
    /// daprd could not read the message, or the state store was away.
    pub async fn dead_letter_cause(
        &self,
        topic: &str,
        id: &str,
    ) -> Result<Option<DeadLetterCause>, CallError> {
        let found = self.state().get(&key(topic, id)).await?;
        Ok(found.and_then(|(cause, _)| serde_json::from_slice(&cause).ok()))
    }

    /// Stores causes by CloudEvent id, if that can be done at once: the reply
    /// to daprd waits for it, because the dead letter may be read right after.
    pub(crate) async fn save_causes(&self, topic: &str, causes: &[(&str, &str)]) {
        let saved = tokio::time::timeout(SAVE_DEADLINE, self.try_save_causes(topic, causes)).await;
        let error = match saved {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.status().to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        tracing::warn!(topic, error, "Could not store why messages were refused");
    }

    async fn try_save_causes(&self, topic: &str, causes: &[(&str, &str)]) -> Result<(), CallError> {
        let handler = self.app_id().await?;
        let at = telemetry::clock::now();
        let value = |(id, cause): &(&str, &str)| {
            let value = serde_json::json!({ "handler": handler, "cause": cause, "at": at });
            (key(topic, id), value.to_string().into_bytes())
        };
        let values: Vec<_> = causes.iter().map(value).collect();
        self.state().put_many(&values, KEPT).await
    }
}

fn key(topic: &str, id: &str) -> String {
    format!("dead-letter-cause/{topic}/{id}")
}
